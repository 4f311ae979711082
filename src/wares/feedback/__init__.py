"""What people ask a shop, and what they do with the answers: kept, read, exported.

The records follow UBI 1.3 (User Behavior Insights, https://github.com/o19s/ubi): an event names the question that it
came of by ``query_id``. :class:`~wares.feedback.journal.Journal` writes them and
:class:`~wares.feedback.reading.Reading` reads them for people; :mod:`wares.feedback.ubi` has the JSON of UBI.
"""

from __future__ import annotations

from wares.feedback.journal import Journal
from wares.feedback.reading import Reading
from wares.feedback.records import Event, Question, Receipt

__all__ = ["Event", "Journal", "Question", "Reading", "Receipt"]
