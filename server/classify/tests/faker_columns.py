"""Columns as Faker makes them, one JSON document a line: what holds something, and at least as many that only look alike.

faker_columns.py SEED...
Where Faker has no number of a kind, python-stdnum says which numbers are valid. Nothing here knows the rules of the crate.
"""

import json
import random
import sys

from faker import Faker
from stdnum import luhn
from stdnum.cn import ric
from stdnum.de import idnr

from faker_negatives import negatives

ROWS = 160
# Names that say nothing: about one column in seven has one.
BLANK = ["col_7", "field3", "value", "attr_2", "data", "c14", "extra", "字段3", "feld_12"]
BLANK_SHARE = 0.15


def tax_id(chance):
    """A German tax identification number: random digits until the library takes them."""
    while True:
        first = [str(digit) for digit in chance.sample(range(10), 10)]
        place, other = chance.sample(range(10), 2)
        first[place] = first[other]
        if first[0] == "0":
            continue
        for last in "0123456789":
            if idnr.is_valid("".join(first) + last):
                return "".join(first) + last


def positives(fake, locale, chance):
    """Tag, names of columns, names of tables, type, and what makes one value."""
    german, chinese = locale == "de_DE", locale == "zh_CN"
    people = ["customers", "employees", "contacts", "kunden", "用户表"]
    pick = chance.choice
    yield "email", ["customerEmail", "cust_email", "email_address", "EMail", "kontakt_mail", "邮箱", "mail_private", "contact"], people, "string", fake.email
    yield "email", ["login", "work_email", "emails", "电子邮件地址", "user_email_1"], people, "string", fake.company_email
    yield "phone", ["phone", "phoneNumber", "mobile_no", "telefon", "handynummer", "手机号", "联系电话", "tel_work", "cell"], people, "string", fake.phone_number
    if chinese:
        yield "phone", ["手机号码", "mobile", "phone_nbr"], people, "int64", fake.phone_number
        yield "identity-number", ["身份证", "身份证号", "id_card_no", "idCard", "sfz", "证件号码"], people, "string", fake.ssn
        yield "identity-number", ["identity", "national_id", "id_number"], people, "string", fake.ssn
    if german:
        yield "identity-number", ["steuer_id", "SteuerID", "idnr", "tax_id", "steueridentifikationsnummer"], people, "string", lambda: tax_id(chance)
        yield "identity-number", ["steuer_id", "idnr"], people, "int64", lambda: tax_id(chance)
    if locale == "en_US":
        yield "phone", ["phone", "home_phone", "fax", "contact_number"], people, "string", fake.basic_phone_number
        yield "identity-number", ["ssn", "social_security_no", "SSN", "socialSecurityNumber", "tax_id"], people, "string", fake.ssn
        yield "identity-number", ["ssn", "social_security"], people, "string", lambda: fake.ssn().replace("-", "")
    yield "identity-number", ["passport_no", "passportNumber", "passport", "reisepassnummer", "护照号"], people, "string", fake.passport_number
    yield "payment-card", ["credit_card", "cardNumber", "cc_number", "kreditkartennummer", "信用卡号", "pan"], ["payments"], "string", fake.credit_card_number
    yield "payment-card", ["card_no", "creditCardNo", "银行卡"], ["orders"], "int64", lambda: fake.credit_card_number("mastercard")
    yield "iban", ["iban", "customer_iban", "bank_account", "kontonummer", "IBAN_NO"], ["accounts"], "string", fake.iban
    yield "iban", ["iban", "bankverbindung"], ["mandates"], "string", lambda: spaced(fake.iban())
    yield "person-name", ["full_name", "customerName", "name", "kundenname", "姓名", "联系人", "employee_name"], people, "string", fake.name
    yield "person-name", ["author", "assignee", "owner_name", "ansprechpartner", "负责人"], ["tickets"], "string", fake.name
    yield "person-name", ["first_name", "firstname", "vorname", "given_name", "FirstName"], people, "string", fake.first_name
    yield "person-name", ["last_name", "lastname", "nachname", "surname", "familienname"], people, "string", fake.last_name
    yield "postal-address", ["address", "home_address", "shippingAddress", "anschrift", "地址", "lieferadresse", "客户住址"], people, "string", fake.address
    yield "postal-address", ["street_address", "addr_line", "street", "strasse", "详细地址", "billing"], people, "string", fake.street_address
    yield "postal-address", ["street", "street_name", "strasse", "街道名称"], people, "string", fake.street_name
    yield "postal-address", ["zip", "zip_code", "postcode", "plz", "邮编", "postalCode"], people, "string", fake.postcode
    yield "coordinates", ["lat", "latitude", "geo_lat", "breitengrad", "纬度"], ["stops"], "float64", fake.latitude
    yield "coordinates", ["lng", "lon", "longitude", "laengengrad", "经度", "long"], ["stops"], "decimal", fake.longitude
    yield "coordinates", ["coordinates", "latlng", "location", "gps", "坐标"], ["stops"], "string", lambda: f"{fake.latitude()}, {fake.longitude()}"
    yield "coordinates", ["geo_point", "position", "koordinaten"], ["stops"], "string", lambda: f"POINT({fake.longitude()} {fake.latitude()})"
    yield "ip-address", ["ip", "clientIp", "remote_addr", "ip_address", "server_ip", "IP地址"], ["logins"], "string", fake.ipv4
    yield "ip-address", ["ip", "host_ip", "host", "peer"], ["logins"], "string", pick([fake.ipv4_private, fake.ipv6])
    yield "currency", ["currency", "currency_code", "waehrung", "币种", "ccy"], ["payments"], "string", fake.currency_code
    yield "currency", ["price", "listPrice", "preis", "价格", "amount", "total"], ["orders"], "string", fake.pricetag
    yield "currency", ["price", "unit_price", "salary", "betrag", "金额", "amount"], ["orders"], "decimal", lambda: f"{chance.uniform(1, 5000):.2f}"
    yield "time", ["created_at", "birthdate", "order_date", "geburtsdatum", "日期", "valid_until"], ["orders"], "string", fake.date
    yield "time", ["ts", "updatedAt", "event_time", "zeitpunkt", "创建时间"], ["events"], "string", pick([fake.iso8601, lambda: str(fake.date_time())])
    yield "time", ["created", "start", "col", "modified_on"], ["events"], "timestamp", lambda: str(fake.date_time())
    yield "time", ["created_at", "event_ts", "timestamp", "updateTime"], ["events"], "int64", lambda: chance.randint(1_000_000_000, 1_790_000_000)
    yield "time", ["starts", "opening_time", "uhrzeit"], ["shops"], "string", fake.time
    yield "url", ["url", "website", "homepage", "link", "网址", "profileUrl"], ["profiles"], "string", pick([fake.url, fake.uri])
    yield "url", ["avatar", "image_url", "logo", "图片"], ["profiles"], "string", fake.image_url


def spaced(iban):
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def dirty(values, chance):
    """As columns are: some without a value, some with a word in place of one; one column in twelve mostly without."""
    missing = chance.choice([0, 0, 0.1, 0.3]) if chance.random() > 1 / 12 else 0.9
    junk = chance.choice([0, 0, 0.02, 0.04])
    words = ["n/a", "", "unknown", "test", "xxx", "-", "siehe oben", "未知"]
    return [None if chance.random() < missing else chance.choice(words) if chance.random() < junk else str(value) for value in values]


def column(locale, tags, name, table, word, values, group):
    return {"locale": locale, "tags": tags, "name": name, "table": table, "type": word, "values": values, "rows": 1_000_000, "group": group}


def columns(seed):
    for locale in ["en_US", "de_DE", "zh_CN"]:
        fake = Faker(locale)
        fake.seed_instance(f"{seed} {locale}")
        chance = random.Random(f"{seed} {locale}")
        for tag, names, tables, word, make in positives(fake, locale, chance):
            name = chance.choice(BLANK if chance.random() < BLANK_SHARE else names)
            values = dirty([make() for _ in range(ROWS)], chance)
            if word != "string":
                values = [value if value and any(letter.isdigit() for letter in value) else None for value in values]
            yield column(locale, [tag], name, chance.choice(tables), word, values, tag)
        for group, names, tables, word, make in negatives(fake, locale, chance, luhn, ric):
            name = chance.choice(BLANK if chance.random() < BLANK_SHARE else names)
            values = make(ROWS)
            yield column(locale, [], name, chance.choice(tables), word, [None if value is None else str(value) for value in values], group)


for argument in sys.argv[1:]:
    for one in columns(argument):
        print(json.dumps(one, ensure_ascii=False))
