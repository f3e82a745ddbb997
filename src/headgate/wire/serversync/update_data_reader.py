"""Reading the answer of ``GetUpdateData`` while it arrives ([MS-WSUSSS] 3.1.4.6).

Decides nothing about documents: they are handed out one by one, cabinets still closed.
"""

from collections.abc import Iterator

from headgate.wire import xmltree
from headgate.wire.serversync import update_data
from headgate.wire.serversync.answer_stream import AnswerStream
from headgate.wire.serversync.update_data import ServerSyncUpdateData, ServerSyncUrlData


class ServerUpdateDataReader:
    """Feed it the body's chunks, then close it; memory holds one document at a time.

    ``file_urls`` is complete after :meth:`close`: the addresses stand after the documents.
    """

    def __init__(self) -> None:
        self.file_urls: list[ServerSyncUrlData] = []
        self._stream = AnswerStream(
            "GetUpdateDataResponse", ("ServerSyncUpdateData", "ServerSyncUrlData")
        )

    def feed(self, chunk: bytes) -> Iterator[ServerSyncUpdateData]:
        """Yield the documents that ``chunk`` completes; exhaust it before feeding the next.

        Raises SoapFault when the answer is a fault, MalformedMessage when it is damaged.
        """
        for element in self._stream.feed(chunk):
            if xmltree.local_name(element) == "ServerSyncUpdateData":
                yield update_data.read_update(element)
            else:
                self.file_urls.append(update_data.read_url(element))

    def close(self) -> None:
        """Say that no more will come. Raises MalformedMessage when the answer is cut off."""
        self._stream.close()
