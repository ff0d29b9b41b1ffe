"""A mail server that says its port, and each mail that it is given as a line of JSON."""

import json
import sys
import time

from aiosmtpd.controller import Controller


class Said:
    async def handle_DATA(self, server, session, envelope):
        mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "text": envelope.content.decode("utf-8", "replace")}
        print(json.dumps(mail), flush=True)
        return "250 taken"


controller = Controller(Said(), hostname="127.0.0.1", port=int(sys.argv[1]))
controller.start()
print(json.dumps({"port": controller.port}), flush=True)
while True:
    time.sleep(60)
