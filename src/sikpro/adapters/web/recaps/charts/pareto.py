"""The Pareto chart: reasons by their share of all, each bar beginning where the one above ends."""

from collections.abc import Sequence

from attrs import frozen

from sikpro.application.reports.recap_data import Reason

LISTED = 9
"""The most bars; the rest is one bar."""


@frozen(kw_only=True)
class ParetoBar:
    """A reason, or the rest (`others` reasons): where its bar begins, its width, the sum of shares until its end."""

    reason: Reason | None
    count: int
    start: float
    width: float
    cumulative: float
    cancelled: bool = False
    others: int = 0


def pareto(reasons: Sequence[Reason], cancelled: frozenset[str]) -> Sequence[ParetoBar]:
    """Draw reasons, most frequent first; `cancelled` are the statuses of cancelled orders."""
    shown = reasons if len(reasons) <= LISTED + 1 else reasons[:LISTED]
    bars = [
        ParetoBar(
            reason=reason,
            count=reason.count,
            start=round(100 * (reason.cumulative - reason.share), 2),
            width=round(100 * reason.share, 2),
            cumulative=reason.cumulative,
            cancelled=reason.status in cancelled,
        )
        for reason in shown
    ]
    rest = reasons[len(shown) :]
    if rest:
        start = shown[-1].cumulative
        bars.append(
            ParetoBar(
                reason=None,
                count=sum(reason.count for reason in rest),
                start=round(100 * start, 2),
                width=round(100 * (1 - start), 2),
                cumulative=1,
                others=len(rest),
            )
        )
    return bars
