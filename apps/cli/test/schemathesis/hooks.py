"""What schemathesis is told of this API beyond its description."""

import os
import time

import requests
import schemathesis
from schemathesis.core.failures import Failure

# The bytes of an upload by tus are octets like any others.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

# What tus says of headers that do not go together, and forms of their text. What CSV holds has no schema at all.
RULES_OF_FORMATS = {"TUS_REQUEST_INVALID", "UPLOAD_FORM_INVALID"}


@schemathesis.check
def refusal_of_valid_data_names_a_rule(ctx, response, case):
    """JSON Schema has no words for some rules, such as "endSeconds is above startSeconds": schemathesis.toml lets 400
    pass for valid data on the routes that have them. Here it is held to just those rules."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 400:
        return
    problem = response.json()
    if problem["code"] in RULES_OF_FORMATS or case.media_type == "text/csv":
        return
    if all(one.get("rule") for one in problem.get("errors") or [{}]):
        return
    raise Failure(operation=case.operation.label, title="Valid data refused by no rule", message=problem["detail"])


# A dry run ends after ten minutes at most.
DRY_RUN_LIMIT_S = 660


@schemathesis.check
def a_dry_run_comes_to_its_end(ctx, response, case):
    """What goes on is asked for again until it has ended, as the answer tells clients to do: its end is described, too,
    and dry runs that come one after the other are never too many."""
    if response.status_code != 202 or response.json().get("status") != "planning":
        return
    until = time.monotonic() + DRY_RUN_LIMIT_S
    with requests.Session() as session:
        while response.status_code == 202 and time.monotonic() < until:
            response = session.send(response.request, timeout=60)
    if response.status_code != 200:
        raise Failure(
            operation=case.operation.label,
            title="A dry run without a result",
            message=f"{response.status_code}: {response.text}",
        )
    case.operation.validate_response(response)


# The id of the key that the requests show; empty where they show none.
OWN_KEY = os.environ.get("SCHEMATHESIS_KEY_ID", "")


# A dry run fetches and measures its source, for seconds.
DRY_RUNS = os.environ.get("SCHEMATHESIS_DRY_RUNS") == "yes"


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Nobody saws off the branch on which he sits: of all keys that it finds, it may not end its own. And where there
    is no time for dry runs, they are submissions."""
    if not DRY_RUNS and (case.query or {}).get("validateOnly") == "true":
        case.query["validateOnly"] = "false"
    if OWN_KEY and case.path_parameters.get("id") == OWN_KEY:
        case.path_parameters["id"] = "0" * len(OWN_KEY)


if not OWN_KEY:

    @schemathesis.check
    def nobody_gets_in(ctx, response, case):
        """Without a key, a route that needs one answers 401 whatever it is asked, unless the request cannot be read."""
        if response.request.method != case.operation.method.upper():
            return  # OPTIONS and the like tell of the address alone
        needs_key = case.operation.definition.raw.get("security")
        if not needs_key or {} in needs_key or response.status_code in (400, 401, 405):
            return
        raise Failure(
            operation=case.operation.label,
            title="Answered without a key",
            message=f"{response.status_code} instead of 401",
        )
