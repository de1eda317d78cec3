"""`kensa purge`: what the policy of privacy takes is erased, or one voice on request; the records stay."""

from inspector_app.commands.acting import acting
from inspector_app.commands.night import night
from inspector_app.commands.run import DONE, Run
from inspector_app.privacy import Privacy, Purge, rule_of
from inspector_app.rights import Right


def purge(run: Run) -> int:
    """Shows the policy and what it takes, changes a rule, erases by it, or erases one voice."""
    args = run.args
    with night(run) as learning:
        privacy = Privacy(learning.store, learning.people, run.places)
        if args.keep or args.pseudonyms:
            policy = privacy.policy.with_rule(rule_of(args.keep)) if args.keep else privacy.policy
            if args.pseudonyms:
                policy = policy.with_pseudonyms(args.pseudonyms == "on")
            privacy.change(acting(run, learning.people, Right.PEOPLE), policy)
            return _tell_policy(run, privacy)
        if args.voice:
            count = privacy.erase_voice(acting(run, learning.people, Right.PEOPLE), args.voice, args.reason)
            told = {"id": args.voice, "erased": count}
            if run.terminal.json:
                run.terminal.emit(told)
            else:
                run.terminal.write(f"{count} voice notes of {args.voice} are erased; its verdict stays.")
            return DONE
        if args.dry_run:
            _tell_policy(run, privacy)
            return _tell(run, privacy.planned())
        return _tell(run, privacy.purge(acting(run, learning.people, Right.PEOPLE)))


def _tell_policy(run: Run, privacy: Privacy) -> int:
    policy = privacy.policy
    if run.terminal.json:
        run.terminal.emit({"policy": policy.to_json()})
        return DONE
    for rule in policy.rules:
        kept = "for ever" if rule.days is None else f"{rule.days} days"
        run.terminal.write(f"{rule.kind} of {'all parts' if rule.part == 'all' else rule.part}: kept {kept}")
    if not policy.rules:
        run.terminal.write("Everything is kept for ever; `kensa purge --keep all voice 90` makes a rule.")
    if policy.pseudonyms:
        run.terminal.write("Operators are pseudonyms in exports and training sets.")
    return DONE


def _tell(run: Run, plan: Purge) -> int:
    told = plan.to_json()
    if run.terminal.json:
        run.terminal.emit(told)
        return DONE
    did = "erased" if plan.done else "would be erased"
    for kind in ("photo", "voice"):
        run.terminal.write(f"{kind}: {told[kind]['files']} files, {told[kind]['bytes'] / 1e6:.1f} MB {did}")
    run.terminal.write(f"transcripts of {len(plan.texts)} units {did}")
    if plan.open_units:
        run.terminal.write(f"{plan.open_units} units keep theirs: they wait for the model or for a supervisor.")
    if plan.in_sets:
        run.terminal.write(f"{plan.in_sets} of the files have a copy in a frozen training set, which stays.")
    return DONE
