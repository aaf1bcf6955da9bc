"""`make reader`: how well the corpus is read, by kind, and each message that is not read right."""

import sys
from pathlib import Path

from tests.reader.corpus import load
from tests.reader.judge import Verdict, judge, table


def main() -> int:
    """Print the table for the corpus, or for a file in the same form; 1 when something is wrong and silent."""
    judged = judge(load(Path(sys.argv[1]).read_text("utf-8") if len(sys.argv) > 1 else None))
    for one in judged:
        if one.verdict is not Verdict.RIGHT:
            print(
                f"{one.verdict} [{one.message.kind}]\n{one.message.text}\n  wanted: {one.message.answer}\n  read:   {one.reading}\n"
            )
    print(table(judged))
    return int(any(one.verdict is Verdict.WRONG_AND_SILENT for one in judged))


if __name__ == "__main__":
    sys.exit(main())
