"""A time-stamp server, where one is named, says of each PDF that its signature existed by then."""

import http.server
import threading
from datetime import UTC, date, datetime

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from policies.sentences import Refusal
from review.documents.seal import Seal, sign_pdf
from tests.review.catalogue.made_bundles import COPY
from tests.review.documents.sealing import seal_by

THEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(root):
    """The address of a time-stamp server on this machine."""
    made = seal_by(root, "时间戳")
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(made.certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(made.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        fixed_dt=THEN,
    )

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}/"
    listening.shutdown()
    listening.server_close()


def test_the_signature_carries_the_time_stamp(tmp_path, seal, server):
    path = tmp_path / "c.pdf"
    path.write_bytes(COPY)
    sign_pdf(path, Seal(seal.key, seal.certificate, (), server), date(2026, 11, 21))
    with path.open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        (more,) = signature.signer_info["unsigned_attrs"]
        stamp = more["values"][0]["content"]
    assert more["type"].native == "signature_time_stamp_token"
    assert stamp["encap_content_info"]["content"].parsed["gen_time"].native == THEN


def test_a_server_that_does_not_answer_is_named(tmp_path, seal):
    path = tmp_path / "c.pdf"
    path.write_bytes(COPY)
    stamped = Seal(seal.key, seal.certificate, (), "http://127.0.0.1:9/")
    with pytest.raises(Refusal, match=r"127\.0\.0\.1:9"):
        sign_pdf(path, stamped, date(2026, 11, 21))
