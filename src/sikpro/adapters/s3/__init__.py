"""Backups in a bucket of a service that speaks S3, over obstore (the extra `s3`)."""
