"""Dialogues, bot accounts and jobs in memory."""

from datetime import datetime, timedelta

from attrs import evolve

from sikpro.adapters.memory.store import BotAccount, Due, Sequences, State
from sikpro.application.ports.queues import Conversation, Job, LeaseLost
from sikpro.domain.errors import NotFound


class MemoryConversationStore:
    """The open dialogues, one for each person and chat."""

    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, chat_id: int, telegram_id: int) -> Conversation | None:
        """The dialogue, if there is one."""
        return self._state.conversations.get((chat_id, telegram_id))

    def put(self, conversation: Conversation) -> None:
        """Begin it or go on with it."""
        kept = evolve(conversation, data=dict(conversation.data))
        self._state.conversations.put((conversation.chat_id, conversation.telegram_id), kept)

    def drop(self, chat_id: int, telegram_id: int) -> None:
        """End it."""
        self._state.conversations.drop((chat_id, telegram_id))

    def open(self, step_prefix: str) -> tuple[Conversation, ...]:
        """Dialogues whose step begins so, oldest first."""
        found = [row for row in self._state.conversations.values() if row.step.startswith(step_prefix)]
        return tuple(sorted(found, key=lambda row: (row.updated_at, row.chat_id, row.telegram_id)))


class MemoryBotAccounts:
    """Each bot account's cursor and lease."""

    def __init__(self, state: State) -> None:
        self._state = state

    def lease(self, account: str, owner: str, now: datetime, span: timedelta, *, take_over: bool) -> bool:
        """Take or renew the lease until `now + span`; False while another has it and `take_over` is not set."""
        bot = self._bot(account)
        free = bot.leased_until is None or bot.leased_until <= now
        if bot.owner != owner and not free and not take_over:
            return False
        self._state.bots.put(account, evolve(bot, owner=owner, leased_until=now + span))
        return True

    def release(self, account: str, owner: str) -> None:
        """Give the lease back, if it is ours."""
        bot = self._bot(account)
        if bot.owner == owner:
            self._state.bots.put(account, evolve(bot, owner="", leased_until=None))

    def cursor(self, account: str) -> str:
        """Where to go on; "" for the first time."""
        return self._bot(account).cursor

    def move_cursor(self, account: str, cursor: str, owner: str) -> None:
        """Raises `LeaseLost` unless the lease is the owner's."""
        bot = self._bot(account)
        if bot.owner != owner:
            raise LeaseLost(account)
        self._state.bots.put(account, evolve(bot, cursor=cursor))

    def menu(self, account: str) -> str:
        """The fingerprint of the command menu last set; "" before."""
        return self._bot(account).menu

    def set_menu(self, account: str, fingerprint: str) -> None:
        """Remember which menu was set."""
        self._state.bots.put(account, evolve(self._bot(account), menu=fingerprint))

    def _bot(self, account: str) -> BotAccount:
        return self._state.bots.get(account) or BotAccount()


class MemoryJobs:
    """What is to be done at a time."""

    def __init__(self, state: State, sequences: Sequences) -> None:
        self._state = state
        self._sequences = sequences

    def schedule(self, kind: str, key: str, due_at: datetime) -> None:
        """Note a job, unless one of this kind and key is there."""
        if any((due.job.kind, due.job.key) == (kind, key) for due in self._state.jobs.values()):
            return
        job = Job(id=self._sequences.next("jobs"), kind=kind, key=key, due_at=due_at)
        self._state.jobs.put(job.id, Due(job))

    def claim(self, now: datetime, lease: timedelta) -> Job | None:
        """Take the job longest due that nobody has under a lease; its `attempts` one higher."""
        for job in self.all():
            due = self._due(job.id)
            if job.due_at <= now and (due.leased_until is None or due.leased_until <= now):
                taken = evolve(job, attempts=job.attempts + 1)
                self._state.jobs.put(job.id, Due(taken, now + lease))
                return taken
        return None

    def again(self, job_id: int, due_at: datetime, error: str = "") -> None:
        """Do it again at a time."""
        self._state.jobs.put(job_id, Due(evolve(self._due(job_id).job, due_at=due_at, error=error)))

    def done(self, job_id: int) -> None:
        """Forget it."""
        self._state.jobs.drop(job_id)

    def all(self) -> tuple[Job, ...]:
        """All jobs, soonest first."""
        return tuple(sorted((due.job for due in self._state.jobs.values()), key=lambda job: (job.due_at, job.id)))

    def _due(self, job_id: int) -> Due:
        due = self._state.jobs.get(job_id)
        if due is None:
            raise NotFound(what="job", name=str(job_id))
        return due
