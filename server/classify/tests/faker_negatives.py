"""Columns that hold none of the kinds, and look as if they did."""

import hashlib

FURNITURE = ["Chair", "Desk", "Lamp", "Sofa", "Bookcase", "Stool", "Shelf", "Bag", "Watch", "Rug", "Boots", "Backpack", "Table", "Mirror"]
MÖBEL = ["Stuhl", "Tisch", "Lampe", "Sofa", "Regal", "Hocker", "Tasche", "Teppich", "Spiegel", "Schrank"]
商品 = ["红木椅", "白瓷碗", "黄油饼干", "金骏眉", "高脚杯", "方便面", "龙井茶", "马克杯", "毛衣", "牛奶", "花生", "雪糕", "手机壳", "台灯", "书包", "石榴", "江米酒", "梅子", "米粉", "麦片"]
AIRPORTS = ["JFK", "LAX", "FRA", "MUC", "PEK", "PVG", "CAN", "SFO", "ORD", "TXL", "HAM", "DUS", "CTU", "ATL", "EWR", "MAD", "CDG", "AMS"]
ALPHA_3 = ["DEU", "USA", "CHN", "FRA", "GBR", "ITA", "ESP", "JPN", "KOR", "BRA", "IND", "RUS", "POL", "NLD", "SWE", "CHE", "AUT", "CAN"]


def negatives(fake, locale, chance, luhn, ric):
    """Group, names of columns, names of tables, type, and what makes the values."""
    every = lambda make: lambda rows: [make() for _ in range(rows)]
    digits = lambda count: str(chance.randint(10 ** (count - 1), 10**count - 1))
    blank = ["ref", "key", "number", "code", "batch", "nr", "编号"]
    orders = ["orders", "shipments", "bestellungen", "订单"]
    products = ["products", "items", "artikel", "商品"]

    yield "order id, 11 digits", ["order_id", "orderNo", "bestellnummer", "订单号"], orders, "string", every(lambda: digits(11))
    yield "order id, 11 digits", ["order_id", "order_number"], orders, "int64", every(lambda: digits(11))
    yield "order id, in a row", blank, orders, "int64", lambda rows: list(range(13_800_100_000, 13_800_100_000 + rows))
    yield "order id, by day", blank, orders, "string", every(lambda: f"17{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(0, 99999):05}")
    yield "16 digits without Luhn", ["card_id", "reference", "voucher_no"] + blank, orders, "string", every(lambda: failing_luhn("4" + digits(15), luhn))
    yield "16 digits without Luhn", ["transaction_id", "member_card_number"], orders, "int64", every(lambda: failing_luhn("5" + str(chance.randint(1, 5)) + digits(14), luhn))
    yield "16 digits", ["serial", "tracking_no"], orders, "string", every(lambda: digits(16))
    yield "IMEI", ["imei", "device_id"], ["devices"], "string", every(lambda: (lambda body: body + luhn.calc_check_digit(body))("35" + digits(12)))
    yield "18 digits without check", blank, orders, "string", every(lambda: failing_ric(chance, ric))
    yield "18 digits", ["snowflake_id", "event_id", "id"], ["events"], "int64", every(lambda: digits(18))
    yield "ISBN", ["isbn", "ean", "article_no"], ["books"], "string", every(chance.choice([fake.isbn13, fake.isbn10]))
    yield "ISBN", ["isbn", "code"], ["books"], "string", every(lambda: chance.choice([fake.isbn13, fake.isbn10])().replace("-", ""))
    yield "EAN", ["ean", "gtin", "barcode"], products, "string", every(chance.choice([fake.ean13, fake.ean8]))
    yield "time as number", ["seq", "marker", "offset", "lsn"], ["events"], "int64", every(lambda: chance.randint(1_500_000_000, 1_790_000_000))
    yield "time as number", ["seq", "version_no", "cursor"], ["events"], "int64", every(lambda: chance.randint(1_500_000_000_000, 1_790_000_000_000))
    yield "mixed", ["notes", "remark", "bemerkung", "备注", "info"], ["tickets"], "string", every(lambda: chance.choice([fake.email, fake.phone_number, fake.sentence, fake.name, fake.url])())
    yield "mixed", ["payload", "details", "key_value"], ["tickets"], "string", every(lambda: chance.choice([fake.ipv4, fake.iban, fake.date, fake.word, fake.uuid4])())
    yield "mostly null", ["notes", "legacy", "reserve_1"], ["tickets"], "string", sparse(chance, chance.choice([fake.word, fake.email, fake.name, fake.url]), 3)
    yield "mostly null", ["ref2", "spare"], orders, "int64", sparse(chance, lambda: digits(11), 4)
    yield "mostly null", ["comment", "hint", "text2"], orders, "string", sparse(chance, fake.sentence, 15)
    yield "all null", ["spare", "reserve", "email_verified", "phone_type", "ip_version"], orders, "string", lambda rows: [None] * rows
    yield "version", ["version", "app_version", "firmware", "build", "os_version"], ["devices"], "string", every(lambda: ".".join(str(chance.randint(0, 60)) for _ in range(4)))
    yield "version", ["release", "tag", "col_v"], ["devices"], "string", every(lambda: f"{chance.randint(1, 20)}.{chance.randint(0, 30)}.{chance.randint(0, 9)}.{chance.randint(0, 99)}")
    yield "version", ["browser_version", "agent"], ["devices"], "string", every(lambda: f"{chance.randint(90, 130)}.0.{chance.randint(4000, 7000)}.{chance.randint(10, 200)}")
    yield "version", ["version", "release", "build_tag"], ["packages"], "string", every(lambda: f"{chance.randint(2018, 2026)}.{chance.randint(1, 12)}.{chance.randint(0, 30)}")
    yield "UUID", ["id", "uuid", "session"], ["sessions"], "string", every(fake.uuid4)
    yield "hash", ["hash", "checksum", "etag", "commit"], ["files"], "string", every(chance.choice([fake.md5, fake.sha1, fake.sha256]))
    yield "hash", ["email_hash", "phone_sha256", "name_hash", "ip_hash"], ["customers"], "string", every(lambda: hashlib.sha256(fake.email().encode()).hexdigest())
    yield "product name", ["product_name", "name", "title", "artikelbezeichnung", "商品名称", "品名"], products, "string", every(lambda: product(fake, locale, chance))
    yield "product name", ["label", "description", "model"], ["catalog"], "string", every(lambda: product(fake, locale, chance))
    yield "company", ["company", "firma", "customer_company", "公司名称", "supplier"], ["companies", "suppliers"], "string", every(fake.company)
    yield "job", ["job_title", "beruf", "position", "职位"], ["employees"], "string", every(fake.job)
    yield "city", ["city", "stadt", "城市", "birthplace"], ["customers", "stores"], "string", every(fake.city)
    yield "country", ["country", "land", "国家", "name"], ["countries"], "string", every(fake.country)
    yield "color", ["color", "farbe", "颜色"], products, "string", every(fake.color_name)
    yield "words", ["status", "kategorie", "类型", "tag"], ["items"], "string", every(fake.word)
    yield "sentences", ["comment", "review", "beschreibung", "说明"], ["reviews"], "string", every(fake.sentence)
    yield "phrases", ["slogan", "title", "headline"], ["campaigns"], "string", every(chance.choice([fake.catch_phrase, fake.bs]))
    yield "login", ["username", "user_name", "nickname", "用户名"], ["customers", "users"], "string", every(fake.user_name)
    yield "host", ["domain", "hostname", "email_domain", "域名"], ["servers"], "string", every(chance.choice([fake.domain_name, fake.hostname]))
    yield "file", ["file_name", "attachment", "path"], ["files"], "string", every(fake.file_name)
    yield "MAC address", ["mac", "mac_address", "device_addr"], ["devices"], "string", every(fake.mac_address)
    yield "bank codes", ["swift", "bic", "aba", "routing_no"], ["banks"], "string", every(chance.choice([fake.swift, fake.aba]))
    yield "IBAN without check", ["bank_reference", "mandate"], ["accounts"], "string", every(lambda: f"DE{chance.choice(['00', '01', '99'])}{digits(18)}")
    yield "plates", ["license_plate", "kennzeichen", "车牌", "vin"], ["cars"], "string", every(chance.choice([fake.license_plate, fake.vin]))
    yield "serial", ["serial_no", "part_no", "lot"], products, "string", every(lambda: f"{chance.randint(0, 999):03}-{chance.randint(0, 99):02}-{chance.randint(0, 9999):04}")
    yield "serial", ["part", "sku", "artikel_nr"], products, "string", every(lambda: f"{chance.randint(0, 999):03}-{chance.randint(0, 999):03}-{chance.randint(0, 9999):04}")
    yield "9 or 10 digits", ["account_id", "customer_no", "kundennummer", "客户编号"], ["customers"], "int64", every(lambda: digits(chance.choice([9, 10])))
    yield "counts", ["quantity", "email_count", "phone_calls", "num_addresses", "数量"], orders, "int64", every(lambda: chance.randint(0, 500))
    yield "measures", ["temperature", "weight_kg", "score", "latency", "温度"], ["sensors"], "float64", every(lambda: f"{chance.gauss(20, 15):.6f}")
    yield "shares", ["discount_percent", "tax_rate", "price_ratio", "quote"], orders, "decimal", every(lambda: f"{chance.random():.4f}")
    yield "about", ["email_type", "phone_model", "address_type", "ip_version", "name_type", "phone_status", "卡类型"], ["customers"], "string", every(lambda: chance.choice(["home", "work", "mobile", "other", "v4", "v6"]))
    yield "codes of three letters", ["origin", "dest", "iata", "country_code", "land"], ["flights"], "string", every(lambda: chance.choice(chance.choice([AIRPORTS, ALPHA_3])))
    yield from false_friends(chance, every)
    yield "yes or no", ["is_active", "email_opt_in", "has_phone", "url_valid"], ["customers"], "bool", every(lambda: chance.choice(["true", "false"]))
    yield "durations", ["duration", "timeout", "elapsed", "dauer"], ["jobs"], "string", every(lambda: f"PT{chance.randint(1, 90)}M")
    yield "durations", ["duration", "elapsed", "laufzeit", "时长"], ["calls"], "string", every(lambda: f"{chance.randint(0, 9)}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}")
    yield "school", ["school", "name", "universität", "学校"], ["schools", "universities"], "string", every(lambda: f"{fake.last_name()} {chance.choice(['High', 'College', 'University', 'Academy', '中学'])}")
    yield "room", ["room", "raum", "location", "房间"], ["meetings"], "string", every(lambda: f"{chance.choice('ABCDE')} {chance.randint(1, 4)}.{chance.randint(10, 40)}")
    yield "agent", ["user_agent", "client"], ["logins"], "string", every(fake.user_agent)
    yield "slug", ["slug", "permalink", "route"], ["pages"], "string", every(fake.slug)


def false_friends(chance, every):
    """Names that say one thing, and values that are another."""
    hexadecimal = lambda count: "".join(chance.choice("0123456789abcdef") for _ in range(count))
    words = lambda *choices: every(lambda: chance.choice(choices))
    yield "false friend", ["phone", "mobile", "handy"], ["devices"], "string", words("iPhone 12", "Galaxy S21", "Pixel 8", "Mate 60", "P40 Pro")
    yield "false friend", ["cell", "cells"], ["sheets"], "string", every(lambda: f"{chance.choice('ABCDEFG')}{chance.randint(1, 99)}")
    yield "false friend", ["address", "addr", "wallet_address"], ["blocks"], "string", every(lambda: "0x" + hexadecimal(40))
    yield "false friend", ["lat", "latency"], ["probes"], "int64", every(lambda: chance.randint(1, 2500))
    yield "false friend", ["mail", "email_pref"], ["parcels"], "string", words("priority", "express", "standard", "bulk")
    yield "false friend", ["owner", "assignee", "contact"], ["services"], "string", words("platform-team", "data-eng", "billing", "search", "sre-emea")
    yield "false friend", ["name"], ["servers", "features", "metrics"], "string", words("http_requests", "cpu_seconds", "queue depth", "search-v2", "beta")
    yield "false friend", ["link", "url_id"], ["edges"], "string", every(lambda: str(chance.randint(1000, 99999)))
    yield "false friend", ["cost_center", "price_list", "fee_type"], ["bookings"], "string", every(lambda: f"K{chance.randint(1000, 9999)}")
    yield "false friend", ["card", "card_type"], ["decks"], "string", words("ace of hearts", "ten of spades", "queen of clubs", "joker")
    yield "false friend", ["time", "time_ms"], ["laps"], "float64", every(lambda: f"{chance.uniform(50, 150):.3f}")
    yield "false friend", ["ip", "ip_class"], ["patents"], "string", words("patent", "trademark", "design", "copyright")
    yield "false friend", ["date_range", "date"], ["promotions"], "string", words("spring", "summer", "Q3", "Q4", "all year")


def failing_luhn(number, luhn):
    return number if not luhn.is_valid(number) else number[:-1] + str((int(number[-1]) + 1) % 10)


def failing_ric(chance, ric):
    """A Chinese identity number but for its check digit."""
    born = f"{chance.randint(1950, 2010)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    number = f"{chance.choice([110101, 310104, 440301, 510107])}{born}{chance.randint(0, 9999):04}"
    return number if not ric.is_valid(number) else number[:-1] + ("X" if number[-1] != "X" else "1")


def product(fake, locale, chance):
    """Things that are called as people are."""
    if locale == "zh_CN":
        return chance.choice(商品)
    nouns = MÖBEL if locale == "de_DE" else FURNITURE
    return f"{fake.first_name()} {chance.choice(nouns)}"


def sparse(chance, make, count):
    """A few values in an empty column."""

    def values(rows):
        places = set(chance.sample(range(rows), count))
        return [make() if at in places else None for at in range(rows)]

    return values
