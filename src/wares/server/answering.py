"""A question, asked and noted: every door to searching goes through here."""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING

from wares.errors import WaresError
from wares.feedback import Question as Noted
from wares.server import asking, narrowing, serving
from wares.server.asking import NONE, Files

if TYPE_CHECKING:
    from starlette.requests import Request

    from wares.records import Query, Results
    from wares.server.access import Caller
    from wares.server.messages import Question
    from wares.server.serving import Serving

#: Characters of who asks that go into the journal.
_MOST = 100


def found(request: Request, caller: Caller, question: Question, files: Files = NONE) -> Results:
    """What a shop answers to a question as it came. Raises as :meth:`wares.shop.Shop.search`."""
    served = serving.of(request)
    query = asking.asked(served, caller, question, files)
    return searched(served, caller, query, client=question.client, session=question.session)


def searched(served: Serving, caller: Caller, query: Query, *, client: str = "", session: str = "") -> Results:
    """What a shop answers. Question and answer are noted in the journal, which keeps nobody waiting; ``client`` and
    ``session`` are the browser and the visit, as it calls them."""
    noted = partial(
        Noted.of, query, application=caller.name[:_MOST], client_id=client[:_MOST], session_id=session[:_MOST]
    )
    try:
        results = served.search(query)
    except WaresError as failed:
        served.journal.note(noted(query_id=uuid.uuid4().hex, error=str(failed)))
        raise
    served.journal.note(noted(results))
    return narrowing.told(served.shop, caller, results)
