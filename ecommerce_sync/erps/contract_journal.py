"""What every journal must do, as a mixin; see `contract`."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from .base import Event, NewEvent, Outcome, Subject
from .contract_support import START, Contract, Undo, raises, unique


class JournalContract(Contract):
	"""Events and their states."""

	def event(self, external_id: str, store: str | None = None, **changes: Any) -> NewEvent:
		"""A message about an order."""
		known: dict[str, Any] = {
			"store": store or self.settings.store,
			"topic": "orders/create",
			"kind": "order",
			"external_id": external_id,
			"event_key": unique(),
			"payload": "{“é”}".encode(),
		}
		return NewEvent(**{**known, **changes})

	def subject(self, external_id: str, store: str | None = None) -> Subject:
		"""The order that the message is about."""
		return Subject(store=store or self.settings.store, kind="order", external_id=external_id)

	def pending(self, external_id: str) -> list[Event]:
		"""The open events of an order."""
		return self.journal.pending(self.subject(external_id))

	def due(self, later: timedelta = timedelta(minutes=1)) -> list[Subject]:
		"""All subjects that have work to do then."""
		return self.journal.subjects_due(datetime.now(timezone.utc) + later, 100_000)

	def test_the_same_event_is_stored_once(self) -> None:
		order_id = unique()
		event = self.event(order_id)
		assert self.journal.receive(event)
		assert self.journal.receive(event) is None
		assert len(self.pending(order_id)) == 1
		assert self.journal.receive(event.model_copy(update={"store": unique()}))

	def test_a_stored_event_is_read_back_whole(self) -> None:
		order_id = unique()
		name = self.journal.receive(self.event(order_id, whole=False, deleted=True))
		(event,) = self.pending(order_id)
		assert (event.name, event.state, event.attempts) == (name, "Queued", 0)
		assert (event.payload, event.whole, event.deleted) == ("{“é”}".encode(), False, True)
		assert abs(event.received_at - datetime.now(timezone.utc)) < timedelta(minutes=5)

	def test_events_of_an_order_come_oldest_first(self) -> None:
		order_id = unique()
		names = [self.journal.receive(self.event(order_id)) for _ in range(3)]
		assert [event.name for event in self.pending(order_id)] == names
		assert self.due().count(self.subject(order_id)) == 1

	def test_a_stored_event_is_seen_by_other_workers(self) -> None:
		order_id = unique()
		self.due()
		self.elsewhere(lambda erp, journal: journal.receive(self.event(order_id)))
		assert self.subject(order_id) in self.due()
		assert len(self.pending(order_id)) == 1

	def test_stores_take_turns(self) -> None:
		busy, quiet = unique(), unique()
		for number in range(3):
			self.journal.receive(self.event(f"{busy}{number}", store=busy))
		self.journal.receive(self.event(f"{quiet}0", store=quiet))
		mine = [subject.store for subject in self.due() if subject.store in (busy, quiet)]
		assert set(mine[:2]) == {busy, quiet}
		assert len(mine) == 4

	def test_settled_events_are_done_and_stay_so(self) -> None:
		order_id = unique()
		self.journal.receive(self.event(order_id))
		events = self.pending(order_id)
		self.journal.settle_apart(events, Outcome(state="Done", documents=(("Sales Order", "X"),)))
		assert self.pending(order_id) == []
		self.journal.settle_apart(events, Outcome(state="Failed", reason="bug"))
		assert self.pending(order_id) == []
		assert self.subject(order_id) not in self.due()

	def test_a_state_goes_with_the_unit_of_work(self) -> None:
		order_id = unique()
		self.journal.receive(self.event(order_id))
		events = self.pending(order_id)
		with raises(Undo), self.erp.transaction([]):
			self.journal.settle(events, Outcome(state="Done"))
			raise Undo
		assert [event.state for event in self.pending(order_id)] == ["Queued"]
		with self.erp.transaction([]):
			self.journal.settle(events, Outcome(state="Done"))
		assert self.pending(order_id) == []

	def test_a_retry_waits_for_its_time(self) -> None:
		order_id = unique()
		self.journal.receive(self.event(order_id))
		outcome = Outcome(state="Waiting to retry", reason="network", again_in=timedelta(hours=1))
		self.journal.settle_apart(self.pending(order_id), outcome)
		assert self.subject(order_id) not in self.due()
		assert self.subject(order_id) in self.due(timedelta(hours=2))
		(event,) = self.pending(order_id)
		assert (event.state, event.attempts) == ("Waiting to retry", 1)

	def test_what_failed_is_released_by_its_cause(self) -> None:
		order_id, cause = unique(), f"sku:{unique()}_%"
		self.journal.receive(self.event(order_id))
		outcome = Outcome(state="Failed", reason="sku_unknown", cause=cause, params={"sku": "é"})
		self.journal.settle_apart(self.pending(order_id), outcome)
		assert self.subject(order_id) not in self.due()
		assert self._release(cause[:-2] + "xx") == 0
		assert self._release(cause) == 1
		assert self.subject(order_id) in self.due()

	def test_causes_are_released_by_their_beginning(self) -> None:
		begin, ids = unique(), [unique(), unique()]
		for order_id in ids:
			self.journal.receive(self.event(order_id))
			outcome = Outcome(state="Failed", reason="setting_missing", cause=f"{begin}:{order_id}")
			self.journal.settle_apart(self.pending(order_id), outcome)
		assert self._release(f"{begin}:*") == 2
		assert self._release(f"{begin}:*") == 0

	def _release(self, cause: str) -> int:
		with self.erp.transaction([]):
			return self.journal.release([cause])

	def test_the_watermark_is_remembered(self) -> None:
		self.journal.move_watermark(self.settings.store, START)
		assert self.journal.watermark(self.settings.store) == START
