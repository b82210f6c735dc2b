"""Loads, checks, cross-checks and indexes the specs; refuses a wrong one with every fault at once."""

from collections.abc import Callable, Collection
from pathlib import Path

from connector.specs.actions import ActionSpec, read_actions
from connector.specs.catalog import Catalog
from connector.specs.checks import check_catalog, check_schemas
from connector.specs.completion import read_shared
from connector.specs.faults import Fault, InputCheck, given
from connector.specs.files import SpecFault, SpecFaults, SpecFiles, default_dirs
from connector.specs.policies import PresetSpec, read_lists, read_policies, read_presets, read_providers
from connector.specs.problems import ProblemSpec, ReasonSpec, problem_body, read_problems, read_reasons
from connector.specs.shipped import read_shipped
from connector.specs.triggers import TriggerSpec, read_triggers

__all__ = [
    "ActionSpec",
    "Catalog",
    "Fault",
    "PresetSpec",
    "ProblemSpec",
    "ReasonSpec",
    "SpecFault",
    "SpecFaults",
    "TriggerSpec",
    "default_dirs",
    "given",
    "load",
    "problem_body",
]


def load(
    specs_dir: Path | str,
    recipes_dir: Path | str,
    extra_dir: Path | str | None = None,
    *,
    strict: bool = False,
    has_function: Callable[[str], bool] | None = None,
    options: Collection[str] | None = None,
) -> Catalog:
    """The whole catalogue. Raises SpecFaults with every fault of every file.

    `strict` also checks the meta-schemas themselves (tests, doctor). `has_function` says whether an action's
    function exists and `options` which live drop-downs do: the caller sits above the specs and knows.
    """
    files = SpecFiles(Path(specs_dir))
    if strict:
        files.check_meta()
        if files.faults:  # nothing can be judged by a broken rule
            raise SpecFaults(files.faults)
    shared = read_shared(files)
    problems = read_problems(files)
    actions = read_actions(files, shared)
    policies = read_policies(files)
    extra = Path(extra_dir) if extra_dir is not None else None
    recipes, templates, shipped_faults = read_shipped(Path(recipes_dir), extra, policies)
    catalog = Catalog(
        actions=actions,
        triggers=read_triggers(files, shared),
        problems=problems,
        reasons=read_reasons(files),
        policies=policies,
        providers=read_providers(files),
        presets=read_presets(files),
        lists=read_lists(files),
        recipes=recipes,
        templates=templates,
        blocks=shared.blocks,
        block_titles=shared.titles,
        checks={name: InputCheck.of(action.input, problems) for name, action in actions.items()},
    )
    if strict:
        check_schemas(files, catalog)
    check_catalog(files, catalog, has_function=has_function, options=options)
    faults = [*files.faults, *shipped_faults]
    if faults:
        raise SpecFaults(faults)
    return catalog
