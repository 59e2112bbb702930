"""What a workflow is, and how it is read from data."""

from lianxin.workflow.definition.fields import FIELDS, FieldSpec
from lianxin.workflow.definition.model import (
    CONTENT,
    EFFECTS,
    OUTCOMES,
    PHASE_NAMES,
    PHASES,
    BadWorkflow,
    Effect,
    EffectSpec,
    Fault,
    Step,
    Transition,
    Workflow,
)
from lianxin.workflow.definition.reading import read

__all__ = [
    "CONTENT",
    "EFFECTS",
    "FIELDS",
    "OUTCOMES",
    "PHASES",
    "PHASE_NAMES",
    "BadWorkflow",
    "Effect",
    "EffectSpec",
    "Fault",
    "FieldSpec",
    "Step",
    "Transition",
    "Workflow",
    "read",
]
