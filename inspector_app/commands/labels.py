"""`kensa labels SET`: which labels of a set contradict the others; to the review queue with them and with a sample,
or confirmed."""

from inspector_app.commands.acting import acting
from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, FIXABLE, Run
from inspector_app.doubts import Labels
from inspector_app.rights import Right


def labels(run: Run) -> int:
    """Tells of every label in doubt and of the sample; ends with 2 where what is known of them lets no adapter of the
    set in."""
    args, sent = run.args, 0
    with night(run) as learning:
        person = acting(run, learning.people, Right.REVIEW)
        if args.again or learning.labels_kept(args.set) is None:
            with run.terminal.meter(100, "Looking at the labels") as meter:
                learning.check_labels(
                    person, args.set, lambda done, of: meter.reach(done / max(1, of), f"Photo {done} of {of}")
                )
        if args.confirm:
            learning.confirm_labels(person, args.set, args.confirm, args.reason)
        if args.wrong:
            learning.confirm_labels(person, args.set, args.wrong, args.reason, wrong=True)
        if args.send:
            sent = learning.send_doubted(person, args.set)
        found = learning.labels(args.set)
        name = learning.set_folder(args.set).name
    if run.terminal.json:
        run.terminal.emit({"set": name, "sent": sent, **found.to_json()})
    else:
        _tell(run, found)
        if args.send:
            run.terminal.write(f"{sent} units wait for the supervisor again.")
    return FIXABLE if found.refused else DONE


def _tell(run: Run, found: Labels) -> None:
    for sentence in found.sentences:
        run.terminal.write(sentence)
    for one in (*found.doubts, *(one for one in found.sample if one not in found.doubts)):
        waits = " It waits for a review." if one.waits else ""
        run.terminal.write(f"{one.name}: {one.sentence}{waits}")
