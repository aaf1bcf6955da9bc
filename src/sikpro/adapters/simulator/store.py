"""The simulator's own SQLite file: people, groups, messages, the update queue; every write is committed at once.

All data are saved as ASCII JSON, so that NUL and even lone surrogates survive. Ids never restart.
"""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS people (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS groups (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
  chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, sender TEXT NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (chat_id, message_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS updates (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, update_id INTEGER NOT NULL, body TEXT NOT NULL,
  chat_id INTEGER, message_id INTEGER,
  delivered INTEGER NOT NULL DEFAULT 0, acknowledged INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS updates_pending ON updates (seq) WHERE acknowledged = 0;
CREATE INDEX IF NOT EXISTS updates_of_message ON updates (chat_id, message_id);
CREATE TABLE IF NOT EXISTS presses (id TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, path TEXT NOT NULL UNIQUE, name TEXT NOT NULL, mime TEXT NOT NULL, content BLOB NOT NULL);
"""

Body = dict[str, Any]


class Store:
    """Reads and writes rows of the file at `path` (":memory:" for none); use it from one event loop only."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            try:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                Path(path).chmod(0o600)  # also a file of before; SQLite gives its other files the same rights
            except OSError as error:
                raise sqlite3.OperationalError(error.strerror) from error
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # WAL with NORMAL survives kill -9; only a power cut can lose the last writes.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fact(self, name: str, default: Any = None) -> Any:
        """Return a single saved value."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def set_fact(self, name: str, value: Any) -> None:
        """Save a single value."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, json.dumps(value)))

    def next(self, name: str, first: int = 1) -> int:
        """Return the next number of a counter; each number is used only once."""
        row = self._db.execute(
            "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (f"counter:{name}", str(first)),
        ).fetchone()
        return int(row[0])

    def people(self) -> list[Body]:
        """Return all people, by id."""
        return [json.loads(row[0]) for row in self._db.execute("SELECT body FROM people ORDER BY id")]

    def person(self, person_id: int) -> Body | None:
        """Return one person, or None."""
        row = self._db.execute("SELECT body FROM people WHERE id = ?", (person_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def save_person(self, person: Body) -> None:
        """Insert or change a person."""
        self._db.execute("INSERT OR REPLACE INTO people VALUES (?, ?)", (person["id"], json.dumps(person)))

    def groups(self) -> list[Body]:
        """Return all groups, newest first."""
        return [json.loads(row[0]) for row in self._db.execute("SELECT body FROM groups ORDER BY id")]

    def group(self, group_id: int) -> Body | None:
        """Return one group, or None."""
        row = self._db.execute("SELECT body FROM groups WHERE id = ?", (group_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def save_group(self, group: Body) -> None:
        """Insert or change a group."""
        self._db.execute("INSERT OR REPLACE INTO groups VALUES (?, ?)", (group["id"], json.dumps(group)))

    def message(self, chat_id: int, message_id: int) -> tuple[str, Body] | None:
        """Return the sender (`person`, `bot` or `service`) and the Bot API message, or None."""
        row = self._db.execute(
            "SELECT sender, body FROM messages WHERE chat_id = ? AND message_id = ?", (chat_id, message_id)
        ).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def messages(self, chat_id: int, after: int = 0, limit: int = -1) -> list[tuple[str, Body, bool]]:
        """Return (sender, message, whether the bot acknowledged it), oldest first; the newest `limit` of them."""
        rows = self._db.execute(
            "SELECT sender, body, coalesce((SELECT min(u.acknowledged) FROM updates u WHERE u.chat_id = m.chat_id"
            " AND u.message_id = m.message_id), 0) FROM messages m"
            " WHERE chat_id = ? AND message_id > ? ORDER BY message_id DESC LIMIT ?",
            (chat_id, after, limit),
        ).fetchall()
        return [(row[0], json.loads(row[1]), bool(row[2])) for row in reversed(rows)]

    def count_from_bot(self, chat_id: int, after: int) -> int:
        """Return the number of the bot's messages in a chat after a message id."""
        row = self._db.execute(
            "SELECT count(*) FROM messages WHERE chat_id = ? AND message_id > ? AND sender = 'bot'",
            (chat_id, after),
        ).fetchone()
        return int(row[0])

    def save_message(self, sender: str, message: Body, update: str | None = None) -> None:
        """Insert or change a message and, in the same transaction, queue its update of kind `update`."""
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?)",
            (chat_id, message_id, sender, json.dumps(message)),
        )
        if update is not None:
            self.queue(update, message, chat_id, message_id)
        self._db.execute("COMMIT")

    def delete_topic(self, chat_id: int, topic: int) -> None:
        """Delete the messages of a topic."""
        self._db.execute(
            "DELETE FROM messages WHERE chat_id = ? AND json_extract(body, '$.message_thread_id') = ?", (chat_id, topic)
        )

    def queue(self, kind: str, content: Body, chat_id: int | None = None, message_id: int | None = None) -> None:
        """Queue an update for the bot, unless its last allowed_updates exclude this kind."""
        allowed = self.fact("allowed_updates", [])
        if allowed and kind not in allowed:
            return
        update_id = self.next("update_id", 1)
        body = json.dumps({"update_id": update_id, kind: content})
        self._db.execute(
            "INSERT INTO updates (update_id, body, chat_id, message_id) VALUES (?, ?, ?, ?)",
            (update_id, body, chat_id, message_id),
        )

    def queue_raw(self, update: Any) -> int:
        """Queue any JSON object as an update with the next update_id, for tests."""
        update_id = self.next("update_id", 1)
        body = json.dumps({"update_id": update_id, **update})
        self._db.execute("INSERT INTO updates (update_id, body) VALUES (?, ?)", (update_id, body))
        return update_id

    def acknowledge(self, offset: int) -> bool:
        """Acknowledge the updates before `offset` as getUpdates does; return whether something changed.

        A negative offset keeps that many of the newest. An offset beyond the next id is ignored, as the real server
        does after its ids have restarted.
        """
        if offset < 0:
            where = (
                "seq < (SELECT min(seq) FROM (SELECT seq FROM updates"
                " WHERE acknowledged = 0 ORDER BY seq DESC LIMIT ?))"
            )
            value = -offset
        else:
            if offset > int(self.fact("counter:update_id", 0)) + 1:
                return False
            where, value = "update_id < ?", offset
        done = self._db.execute(f"UPDATE updates SET acknowledged = 1 WHERE acknowledged = 0 AND {where}", (value,))
        return done.rowcount > 0

    def pending(self, limit: int) -> list[tuple[int, Body]]:
        """Return the oldest unacknowledged updates with their sequence numbers."""
        rows = self._db.execute("SELECT seq, body FROM updates WHERE acknowledged = 0 ORDER BY seq LIMIT ?", (limit,))
        return [(row[0], json.loads(row[1])) for row in rows]

    def mark_delivered(self, sequence: list[int]) -> None:
        """Count one more delivery of each of these."""
        marks = ",".join("?" * len(sequence))
        self._db.execute(f"UPDATE updates SET delivered = delivered + 1 WHERE seq IN ({marks})", sequence)

    def press(self, press_id: str) -> Body | None:
        """Return one press, or None."""
        row = self._db.execute("SELECT body FROM presses WHERE id = ?", (press_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def save_press(self, press: Body) -> None:
        """Insert or change a press."""
        self._db.execute("INSERT OR REPLACE INTO presses VALUES (?, ?)", (press["id"], json.dumps(press)))

    def save_file(self, file_id: str, path: str, name: str, mime: str, content: bytes) -> None:
        """Save a file's bytes."""
        self._db.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", (file_id, path, name, mime, content))

    def file(self, *, file_id: str = "", path: str = "") -> tuple[str, str, str, str, bytes] | None:
        """Return (id, path, name, mime type, bytes) of a file by its id or its path, or None."""
        row = self._db.execute("SELECT * FROM files WHERE id = ? OR path = ?", (file_id, path)).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3], row[4])

    def stats(self) -> Body:
        """Return the numbers of received, delivered and acknowledged updates, and of messages by sender."""
        updates = self._db.execute(
            "SELECT count(*), coalesce(sum(delivered > 0), 0), coalesce(sum(delivered), 0),"
            " coalesce(sum(acknowledged), 0) FROM updates"
        ).fetchone()
        sent = dict(self._db.execute("SELECT sender, count(*) FROM messages GROUP BY sender").fetchall())
        return {
            "updates_in": updates[0],
            "delivered": updates[1],
            "deliveries": updates[2],
            "acknowledged": updates[3],
            "messages_sent": sent.get("bot", 0),
            "messages_received": sent.get("person", 0),
        }
