"""`make reader`: how well messages are read, by kind, and each message that is not read right."""

import sys
from pathlib import Path

from tests.reader.corpus import CORPUS, SECOND, THIRD, load
from tests.reader.judge import Verdict, judge, table


def main() -> int:
    """Print the tables of the three corpora, or of files in the same form; 1 when something is wrong and silent."""
    wrong = False
    for path in map(Path, sys.argv[1:] or [str(CORPUS), str(SECOND), str(THIRD)]):
        judged = judge(load(path.read_text("utf-8")))
        for one in judged:
            if one.verdict is not Verdict.RIGHT:
                wanted, read = f"  wanted: {one.message.answer}", f"  read:   {one.reading}"
                print(f"{one.verdict} [{one.message.kind}]\n{one.message.text}\n{wanted}\n{read}\n")
        print(f"{path.name}\n{table(judged)}\n")
        wrong = wrong or any(one.verdict is Verdict.WRONG_AND_SILENT for one in judged)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
