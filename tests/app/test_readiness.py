"""Readiness: only the moves of the table, troubles that stay until they are cleared, one stage that tells the truth."""

from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inspector_app.errors import KensaError
from inspector_app.readiness import FOLLOWS, NOTICES, Phase, Readiness, Stage, Trouble, disk_is_low

DEVICES = tuple(t for t in Trouble if t not in (Trouble.MODEL_FAILED, Trouble.RECORDS_FAILED))


class Machine(RuleBasedStateMachine):
    """Every order of events that a station can meet, against the plainest model of what should be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.readiness = Readiness()
        self.told = 0
        self.phase = Phase.STARTING
        self.missing: set[Trouble] = set()

    @initialize()
    def watched(self) -> None:
        self.readiness.watch(self.count)

    def count(self) -> None:
        self.told += 1

    @rule(phase=st.sampled_from([p for p in Phase if p is not Phase.FAILED]), detail=st.text(max_size=5))
    def move(self, phase: Phase, detail: str) -> None:
        if self.phase is Phase.CLOSING and phase is Phase.CLOSING:
            self.readiness.move(phase)
            return
        if phase is self.phase or phase is Phase.CLOSING or phase in FOLLOWS[self.phase]:
            before = self.told
            self.readiness.move(phase, detail)
            assert self.told == before + 1 and self.readiness.detail == detail
            if self.phase is Phase.FAILED and phase is not Phase.CLOSING:
                self.missing -= {Trouble.MODEL_FAILED, Trouble.RECORDS_FAILED}
            self.phase = phase
        else:
            with pytest.raises(ValueError, match="does not follow"):
                self.readiness.move(phase)

    @rule()
    def fail(self) -> None:
        self.readiness.fail(KensaError("checkpoint", "Broken; install it again."))
        if self.phase not in (Phase.CLOSING, Phase.FAILED):
            early = self.phase in (Phase.STARTING, Phase.RECORDS)
            self.missing.add(Trouble.RECORDS_FAILED if early else Trouble.MODEL_FAILED)
            self.phase = Phase.FAILED

    @rule(trouble=st.sampled_from(DEVICES), there=st.booleans())
    def device(self, trouble: Trouble, there: bool) -> None:
        before, changes = self.told, there != (trouble in self.missing)
        self.readiness.set(trouble, there)
        (self.missing.add if there else self.missing.discard)(trouble)
        assert self.told == before + changes

    @precondition(lambda self: self.phase is Phase.FAILED)
    @rule()
    def why_is_known(self) -> None:
        assert self.readiness.fixable is not None and self.readiness.fixable.code == "checkpoint"

    @invariant()
    def shown(self) -> None:
        here = self.readiness
        assert here.phase is self.phase and set(here.troubles) == self.missing
        assert list(here.troubles) == sorted(here.troubles, key=list(Trouble).index)
        if self.phase is Phase.FAILED or (self.phase is Phase.READY and self.missing - NOTICES):
            assert here.stage is Stage.DEGRADED and here.troubles
        else:
            assert here.stage == Stage(self.phase.value)
        assert (here.error is None) or self.phase in (Phase.FAILED, Phase.CLOSING)
        assert here.can_judge == (self.phase not in (Phase.FAILED, Phase.CLOSING))


TestReadiness = Machine.TestCase


def test_every_phase_can_be_reached_and_left() -> None:
    reached, new = {Phase.STARTING}, {Phase.STARTING}
    while new:
        new = {after for phase in new for after in FOLLOWS[phase]} - reached
        reached |= new
    assert reached | {Phase.CLOSING} == set(Phase)
    assert all(FOLLOWS[phase] for phase in Phase if phase is not Phase.CLOSING)


def test_a_failure_is_said_with_its_reason_only() -> None:
    here = Readiness()
    for phase in (Phase.FAILED,):
        with pytest.raises(ValueError):
            here.move(phase)
    with pytest.raises(ValueError):
        here.add(Trouble.MODEL_FAILED)


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    assert not disk_is_low(tmp_path, least=0)
    assert disk_is_low(tmp_path, least=2**63)
    assert not disk_is_low(tmp_path / "gone", least=2**63)
