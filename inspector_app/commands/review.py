"""`kensa review`: what waits for the supervisor, and a supervisor's verdict and disposition from the command line."""

from inspector_app.commands.acting import acting, secret
from inspector_app.commands.cells import verdict_cells
from inspector_app.commands.known import known_parts
from inspector_app.commands.run import DONE, Run
from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.records.record import Disposition, Inspection, Opinion
from inspector_app.records.store import Store
from inspector_app.records.worklist_causes import causes
from inspector_app.rights import Right
from model_runtime.verdict import GRID, Answer, Region, Severity

COLUMNS = ("id", "part", "lot", "serial", "verdict", "defect", "p_ng", "why", "heard")


def review(run: Run) -> int:
    """Without an id, lists what waits, oldest first; with one, adds a review to it."""
    parts = known_parts(run)
    with Store.open(run.places) as store:
        station = Station(store, None, parts, settings=run.settings)
        if run.args.id is None:
            return _list(run, station)
        unit = store.get(run.args.id.upper())
        person = acting(run, station.people, Right.REVIEW)
        if run.args.undo:
            return _undone(run, station.undo_review(unit.id, person))
        opinion = _opinion(run, unit)
        pin = None
        if opinion.disposition is Disposition.CONCESSION and person is not None and person.id is not None:
            pin = secret(f"PIN of {person.name}, to sign the concession: ")
        reviewed = station.review(unit.id, person, opinion, pin)
    if run.terminal.json:
        run.terminal.emit(reviewed.to_full_json())
    else:
        assert reviewed.review is not None
        signed = "; signed" if pin else ""
        run.terminal.write(
            f"{reviewed.id}: {reviewed.answer}, {opinion.disposition}, {reviewed.review.decision}{signed}."
        )
    return DONE


def _undone(run: Run, unit: Inspection) -> int:
    if run.terminal.json:
        run.terminal.emit(unit.to_full_json())
    else:
        run.terminal.write(f"{unit.id}: the review was undone; {unit.answer or 'no verdict'} stands.")
    return DONE


def _list(run: Run, station: Station) -> int:
    waiting = station.to_review(None)
    if run.terminal.json:
        for unit in waiting:
            run.terminal.emit({**unit.to_full_json(), "causes": list(causes(unit))})
        return DONE
    if waiting:
        run.terminal.table(COLUMNS, [_cells(unit) for unit in waiting])
    run.terminal.write(f"{len(waiting)} to review." if waiting else "Nothing waits for a review.")
    return DONE


def _cells(unit: Inspection) -> tuple[str, ...]:
    verdict, defect, _, _, p_ng, heard = verdict_cells(unit)
    why = ", ".join(causes(unit))
    return (unit.id, unit.part, unit.lot or "", unit.serial or "", verdict, defect, p_ng, why, heard)


def _opinion(run: Run, unit: Inspection) -> Opinion:
    """What the arguments say; --agree takes over all that the model said."""
    args, said = run.args, unit.verdict.judgment if unit.verdict else None
    if args.agree == bool(args.verdict):
        raise KensaError("no_verdict", "Say either --agree, or --verdict OK|NG with what you see.")
    if args.agree:
        if said is None or said.verdict is Answer.INCONCLUSIVE:
            raise KensaError("no_verdict", "There is no verdict to agree with; say --verdict OK or --verdict NG.")
        return Opinion(
            said.verdict, _disposition(run, said.verdict), said.defect, said.severity, said.region, args.reason
        )
    answer = Answer(args.verdict)
    if answer is Answer.OK and args.defect:
        raise KensaError("bad_review", "A good unit has no defect; leave --defect away, or say --verdict NG.")
    region = _region(args.region) if args.region else None
    severity = Severity(args.severity) if args.severity else Severity.NONE
    return Opinion(answer, _disposition(run, answer), args.defect or "none", severity, region, args.reason)


def _disposition(run: Run, answer: Answer) -> Disposition:
    """Only of a good unit it goes without saying."""
    if run.args.disposition:
        return Disposition(run.args.disposition)
    if answer is Answer.OK:
        return Disposition.ACCEPT
    raise KensaError(
        "no_disposition", "Say what is done with the unit: --disposition rework, scrap, concession, hold or accept."
    )


def _region(text: str) -> Region:
    row, _, column = text.partition(",")
    numbers = [int(part) if part.strip().isdecimal() else 0 for part in (row, column)]
    if not all(1 <= number <= GRID for number in numbers):
        raise KensaError("bad_region", f"{text!r} is no place; give row and column from 1 to {GRID}, as 3,6.")
    return Region(numbers[0] - 1, numbers[1] - 1)
