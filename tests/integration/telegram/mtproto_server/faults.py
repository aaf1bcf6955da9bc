"""What goes wrong on purpose, once or at every so manieth call of a method."""

from dataclasses import dataclass, field

PUSH = "push"


class RpcFault(Exception):
    """An answer of Telegram's that is an error: its code and its word, such as 420 and `FLOOD_WAIT_3`."""

    def __init__(self, code: int, word: str) -> None:
        super().__init__(f"{code} {word}")
        self.code = code
        self.word = word


@dataclass
class Fault:
    """One thing that goes wrong with a method ("*" is any; `push` is what the server sends of its own accord).

    `error` is answered instead of executing. `cut` is "before" (the connection ends, nothing is executed), "after"
    (executed, but the answer never arrives), "unknown" (executed, but the answer is of a layer that nobody knows), and
    for pushes "skip" or "double". `seconds` delays the answer of what
    is executed. It strikes at every `every`-th call, `times` times in all (None: for ever).
    """

    method: str
    error: tuple[int, str] | None = None
    cut: str = ""
    seconds: float = 0.0
    times: int | None = 1
    every: int = 1
    seen: int = 0


@dataclass
class Faults:
    """The faults that are set, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Set one more."""
        self.waiting.append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self.waiting.clear()

    def take(self, method: str) -> Fault | None:
        """The first fault that strikes this call, counted down."""
        for fault in self.waiting:
            if fault.method != method and (fault.method != "*" or method == PUSH):
                continue
            fault.seen += 1
            if fault.seen % fault.every:
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
            return fault
        return None
