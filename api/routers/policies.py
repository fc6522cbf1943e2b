"""The municipality's policy: read it, replace it, and look at its earlier versions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.dependencies import LanguageOf, MunicipalityOf, Transaction
from api.errors import InvalidFields
from api.policy_check import check_policy
from api.representations.policies import PolicyChange, PolicyVersions, WholePolicy, version, whole
from routing.decide.policy import Policy
from routing.decide.policy_file import write_policy
from routing.decide.policy_problem import InvalidPolicy
from storage import policies

router = APIRouter(tags=["policy"])


@router.get("/policy")
def get_policy(connection: Transaction, municipality: MunicipalityOf, language: LanguageOf) -> WholePolicy:
    """The policy that counts, as its text. Where none was ever set: the usual one, with explanations."""
    stored = policies.get(connection, municipality.id)
    if stored is not None:
        return whole(stored)
    text = write_policy(Policy(), language=language)
    return WholePolicy(version=0, note="", saved_by="", saved_at=None, text=text)


@router.put("/policy", responses={201: {"model": WholePolicy, "description": "The first version is stored"}})
def put_policy(
    change: PolicyChange, connection: Transaction, municipality: MunicipalityOf, response: Response
) -> WholePolicy:
    """Replace the policy. ``replaces`` is the version that was looked at; if another came since, nothing changes.

    A setting that cannot be right, contradicts another, or that today's containers and trucks cannot follow, is
    refused; the answer lists all of them. It counts from the next plan that is made.
    """
    try:
        check_policy(connection, municipality, change.text, where="the policy")
    except InvalidPolicy as error:
        raise InvalidFields([str(problem) for problem in error.problems]) from error
    stored = policies.put(
        connection,
        municipality_id=municipality.id,
        replaces=change.replaces,
        text=change.text,
        note=change.note,
        saved_by=change.saved_by,
    )
    response.status_code = 201 if stored.version == 1 else 200
    return whole(stored)


@router.get("/policy-versions")
def list_policy_versions(connection: Transaction, municipality: MunicipalityOf) -> PolicyVersions:
    """Every version of the policy, newest first: who changed it, when and why."""
    return PolicyVersions(versions=[version(each) for each in policies.history(connection, municipality.id)])


@router.get("/policy-versions/{policyVersion}")
def get_policy_version(
    policy_version: Annotated[int, Path(alias="policyVersion", ge=1, le=2**31 - 1)],
    connection: Transaction,
    municipality: MunicipalityOf,
) -> WholePolicy:
    """One version with its text. To return to it, put its text in the place of the newest."""
    return whole(policies.get_version(connection, municipality_id=municipality.id, version=policy_version))
