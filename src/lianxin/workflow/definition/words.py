"""An earlier version of a workflow in the words of a later one: what is called better is called so everywhere."""

from dataclasses import replace

from lianxin.workflow.definition.model import Transition, Workflow


def called_as(flow: Workflow, later: Workflow) -> Workflow:
    """The same steps and acts, called as `later` calls those of the same key; what it has no more keeps its name."""
    if flow is later:
        return flow
    steps = {
        key: replace(step, name=later.steps[key].name) if key in later.steps else step
        for key, step in flow.steps.items()
    }
    transitions = tuple(_called(each, later) for each in flow.transitions)
    return replace(flow, name=later.name, steps=steps, transitions=transitions)


def _called(made: Transition, later: Workflow) -> Transition:
    """A transition by the name of the same act from the same step, else from wherever it is done now."""
    same = (found for step in sorted(made.sources) if (found := later.transition(step, made.act)) is not None)
    named = next(same, None) or next((each for each in later.transitions if each.act == made.act), made)
    return replace(made, name=named.name)
