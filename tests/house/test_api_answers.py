"""What is answered to a plain question is what the API's document says: every GET, on filled tables, lists and objects."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from core.clock import utcnow
from reports.services import refresh
from tests.house.test_listings import FILLED, boss, fill, program, store  # noqa: F401  (fixtures)

CHECKS = [response_schema_conformance, content_type_conformance]


@pytest.mark.django_db(transaction=True)
def test_every_list_and_object_answers_as_described(store: Any, boss: Any) -> None:  # noqa: F811
    for name in FILLED:
        fill(name, store, 3, boss)
    refresh(now=utcnow())  # the summary tells figures only when there are some
    client = program()
    header = {"Authorization": client.defaults["HTTP_AUTHORIZATION"]}
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/schema/").json())
    schema.app = application = get_wsgi_application()
    gets = [found.ok() for found in schema.get_all_operations() if found.ok().method.upper() == "GET"]
    faults, answered, objects = [], 0, 0
    for operation in gets:
        listed = operation.path.split("{")[0]
        ids: list[Any] = [None]
        if "{" in operation.path:
            found = client.get(listed)
            rows = (
                found.json().get("results", []) if found.status_code == 200 and "json" in found["Content-Type"] else []
            )
            ids = [row["id"] for row in rows[:3] if "id" in row]
        for pk in ids:
            names = [part.strip("{}") for part in operation.path.split("/") if part.startswith("{")]
            if len(names) > 1:
                continue
            case = operation.Case(path_parameters=dict.fromkeys(names, pk))
            answer = WSGI_TRANSPORT.send(case, app=application, headers={**header, "Accept-Encoding": "identity"})
            if answer.status_code != 200:
                if pk is None and answer.status_code not in (400, 422):  # a question that needs an argument says so
                    faults.append(f"{operation.path}: {answer.status_code}")
                continue
            answered, objects = answered + 1, objects + (pk is not None)
            try:
                case.validate_response(answer, checks=CHECKS)
            except BaseException as error:
                first = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
                faults.append(f"{operation.path} {pk}: {str(first)[:400]}")
    assert not faults, "\n".join(faults)
    assert answered > 40 and objects > 40, (answered, objects)
