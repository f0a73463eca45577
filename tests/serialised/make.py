"""Writes avro.json, protobuf.json and sources.json: bytes that others wrote, and what they say as JSON.

    pip install fastavro avro grpcio-tools protobuf && python3 make.py

The bytes are those of fastavro (read again by Apache's own reader) and of Google's protobuf. What they say is worked out here
from the values, by docs/mapping.md and without a look at the Rust code. The tests read the files and need none of this.
"""

import base64
import decimal
import io
import json
import pathlib
import sys
import tempfile
import uuid

import avro.io
import avro.schema
import fastavro
from grpc_tools import protoc

HERE = pathlib.Path(__file__).parent


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


# Avro: a value with its schema, by the words of docs/mapping.md.


def of_avro(schema, value, names):
    if isinstance(schema, str):
        if schema in names:
            return of_avro(names[schema], value, names)
        schema = {"type": schema}
    if isinstance(schema, list):
        kind, value = value if isinstance(value, tuple) else (None, value)
        for branch in schema:
            name = branch if isinstance(branch, str) else branch.get("name", branch["type"])
            if kind is None and (name == "null") == (value is None) or kind == name:
                return of_avro(branch, value, names)
        raise ValueError(f"{value} of {schema}")
    kind = schema["type"]
    if isinstance(kind, (dict, list)):
        return of_avro(kind, value, names)
    logical = schema.get("logicalType")
    if logical == "decimal":
        return format(value, "f")
    if logical == "uuid":
        return quoted(str(value))
    if "name" in schema:
        names[schema["name"]] = schema
    if kind == "null":
        return "null"
    if kind == "boolean":
        return "true" if value else "false"
    if kind in ("int", "long"):
        return str(value)
    if kind in ("float", "double"):
        return f"{value:g}" if value == value else "null"
    if kind in ("bytes", "fixed"):
        return quoted(base64.b64encode(value).decode())
    if kind in ("string", "enum"):
        return quoted(value)
    if kind == "array":
        return "[" + ",".join(of_avro(schema["items"], one, names) for one in value) + "]"
    if kind == "map":
        return "{" + ",".join(f"{quoted(k)}:{of_avro(schema['values'], v, names)}" for k, v in value.items()) + "}"
    if kind == "record":
        return "{" + ",".join(f"{quoted(f['name'])}:{of_avro(f['type'], value[f['name']], names)}" for f in schema["fields"]) + "}"
    return of_avro(names[kind], value, names)


def record(name, /, **fields):
    return {"type": "record", "name": name, "fields": [{"name": k, "type": v} for k, v in fields.items()]}


def logical(kind, name, **more):
    return {"type": kind, "logicalType": name, **more}


PRIMITIVES = record(
    "All", n="null", b="boolean", i="int", l="long", f="float", d="double", y="bytes", s="string"
)
LINE = record("Line", sku="string", price=logical("bytes", "decimal", precision=12, scale=2), quantity="int")
ORDER = record(
    "Order",
    id="string",
    customer=["null", "long"],
    state={"type": "enum", "name": "State", "symbols": ["OPEN", "PAID"]},
    earlier={"type": "array", "items": "State"},
    lines={"type": "array", "items": LINE},
    extra={"type": "map", "values": ["null", "string", "double"]},
    check={"type": "fixed", "name": "Check", "size": 3},
    gift=["null", "Line"],
)
LOGICAL = record(
    "Logical",
    small=logical("bytes", "decimal", precision=4, scale=2),
    large=logical("bytes", "decimal", precision=60, scale=10),
    whole=logical("bytes", "decimal", precision=30, scale=0),
    fixed={"type": "fixed", "name": "Eight", "size": 8, "logicalType": "decimal", "precision": 15, "scale": 3},
    id=logical("string", "uuid"),
    day=logical("int", "date"),
    millis=logical("long", "timestamp-millis"),
    micros=logical("long", "timestamp-micros"),
    local=logical("long", "local-timestamp-millis"),
    clock=logical("int", "time-millis"),
)
LIST = record("Node", value="int", next=["null", "Node"])
D = decimal.Decimal

AVRO = [
    ("every primitive type", PRIMITIVES,
     dict(n=None, b=True, i=-7, l=1760000000123, f=0.5, d=19.25, y=b"\x00\xff\x10", s="a\"b\\c\n\u0001é☃😀")),
    ("the least of each", PRIMITIVES,
     dict(n=None, b=False, i=-(2**31), l=-(2**63), f=-0.25, d=0.0, y=b"", s="")),
    ("the most of each", PRIMITIVES,
     dict(n=None, b=False, i=2**31 - 1, l=2**63 - 1, f=float("nan"), d=float("inf") * 0, y=bytes(range(200)), s="x" * 300)),
    ("an order with all that is nested", ORDER,
     dict(id="o-1", customer=7, state="PAID", earlier=["OPEN", "PAID"],
          lines=[dict(sku="s1", price=D("12.50"), quantity=2), dict(sku="s2", price=D("-0.01"), quantity=1)],
          extra={"a": None, "b": "x", "c": 2.5}, check=b"\x01\x02\x03", gift=("Line", dict(sku="g", price=D("0.00"), quantity=1)))),
    ("an order with nothing in it", ORDER,
     dict(id="", customer=None, state="OPEN", earlier=[], lines=[], extra={}, check=b"\0\0\0", gift=None)),
    ("types that stand for others", LOGICAL,
     dict(small=D("-99.99"), large=D("12345678901234567890123456789012345678901234567890.0123456789"),
          whole=D("123456789012345678901234567890"), fixed=D("-123456789.001"), id=uuid.UUID(int=2**127 + 77), day=20370,
          millis=1760000000123, micros=1760000000123456, local=1760000000123, clock=3600000)),
    ("a list by itself", LIST,
     dict(value=1, next=("Node", dict(value=2, next=("Node", dict(value=3, next=None)))))),
    ("a text alone", "string", "hello"),
    ("one of several records", [record("A", a="int"), record("B", b="string")], ("B", dict(b="two"))),
]


def avro_cases():
    cases = []
    for about, schema, value in AVRO:
        out = io.BytesIO()
        # fastavro puts what names need into the schema that it is given.
        parsed = fastavro.parse_schema(json.loads(json.dumps(schema)))
        raw = {k: int(v) if k in ("day", "millis", "micros", "local", "clock") else v for k, v in value.items()} if isinstance(value, dict) else value
        fastavro.schemaless_writer(out, parsed, raw)
        theirs = avro.schema.parse(json.dumps(schema))
        avro.io.DatumReader(theirs, theirs).read(avro.io.BinaryDecoder(io.BytesIO(out.getvalue())))
        cases.append(dict(about=about, schema=json.dumps(schema), hex=out.getvalue().hex(), json=of_avro(schema, value, {})))
    return cases


# Protobuf: a message with its descriptor.

def of_message(message):
    descriptor = message.DESCRIPTOR
    if descriptor.full_name == "google.protobuf.Timestamp":
        return quoted(message.ToJsonString())
    if descriptor.full_name == "google.protobuf.Value":
        kind = message.WhichOneof("kind")
        return "null" if kind in (None, "null_value") else of_field(message, descriptor.fields_by_name[kind])
    if descriptor.full_name == "google.protobuf.Struct" or descriptor.full_name.endswith("Value"):
        return of_field(message, descriptor.fields[0])
    parts = []
    for field in sorted(descriptor.fields, key=lambda field: field.number):
        is_there = len(getattr(message, field.name)) > 0 if field.is_repeated else not field.has_presence or message.HasField(field.name)
        if is_there:
            parts.append(f"{quoted(field.name)}:{of_field(message, field)}")
    return "{" + ",".join(parts) + "}"


def of_field(message, field):
    value = getattr(message, field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        of_value = field.message_type.fields_by_name["value"]
        return "{" + ",".join(f"{quoted(str(k))}:{of_one(of_value, v)}" for k, v in sorted(value.items())) + "}"
    if field.is_repeated:
        return "[" + ",".join(of_one(field, one) for one in value) + "]"
    return of_one(field, value)


def of_one(field, value):
    if field.message_type:
        return of_message(value)
    if field.enum_type:
        symbol = field.enum_type.values_by_number.get(value)
        return quoted(symbol.name) if symbol else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        return quoted(base64.b64encode(value).decode())
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < float("inf") else "null"
    return str(value)


def protobuf_cases():
    with tempfile.TemporaryDirectory() as folder:
        files = ["shop.proto", "old.proto"]
        google = pathlib.Path(protoc.__file__).parent / "_proto"
        args = ["protoc", f"-I{HERE}", f"-I{google}", f"--python_out={folder}", "--include_imports",
                f"--descriptor_set_out={HERE / 'shop.pb'}", *files]
        assert protoc.main(args) == 0
        sys.path.insert(0, folder)
        import old_pb2
        import shop_pb2

    order = shop_pb2.Order(id="o-1", customer=2**53 + 1, state=1, rating=0, card="visa", signed=[0, -1, 2147483647, -2147483648],
                           tags=["a", "", "é\""], states=[0, 1, 9])
    order.lines.add(product_id="p1", quantity=2, price=12.5)
    order.lines.add()
    order.created.FromJsonString("2025-10-09T08:53:20.123456Z")
    order.coupon.value = "x"
    order.points.value = 0
    order.extra.update({"a": [1, None, {"b": True}], "c": "t"})
    order.by_name["b"].quantity = 1
    order.flags[-5] = True
    order.flags[3] = False
    order.before.id = "o-0"
    order.before.voucher.counts["n"] = -3
    order.before.voucher.inner.text = "deep"
    kinds = shop_pb2.Kinds(
        a_double=19.25, a_float=0.5, an_int64=-(2**63), a_uint64=2**64 - 1, an_int32=-1, a_fixed64=2**64 - 1, a_fixed32=2**32 - 1,
        a_bool=True, a_string="s", some_bytes=b"\0\xff", a_uint32=2**32 - 1, an_sfixed32=-2, an_sfixed64=-3, an_sint32=-(2**31),
        an_sint64=-(2**63), doubles=[1.5, -2.5], words=[1, 2])
    cart = old_pb2.Cart(id="c", numbers=[1, -1])
    cart.item.add(sku="s").size.width = 4
    cart.item.add()
    cases = []
    for about, file, message in [
        ("an order with all that is nested", "shop.proto", order),
        ("an order with nothing in it", "shop.proto", shop_pb2.Order()),
        ("every kind of number", "shop.proto", kinds),
        ("nothing of any kind", "shop.proto", shop_pb2.Kinds()),
        ("groups of old files", "old.proto", cart),
    ]:
        cases.append(dict(about=about, file=file, message=message.DESCRIPTOR.full_name, hex=message.SerializeToString(deterministic=True).hex(), json=of_message(message)))
    return cases


# Cases of tests/mappings as Avro: what a source writes there as JSON.


def optional(*kinds):
    return ["null", *kinds]


BRAZE = dict(id="string", user_id="string", external_user_id=optional("string"), time="int", timezone=optional("string"), app_group_id=optional("string"))
SOURCE = record(
    "Source", version="string", connector="string", name="string", ts_ms="long", snapshot=optional("string"), db="string",
    table=optional("string"), server_id="long", file="string", pos="long", row="int")
ROW = record(
    "Value", id="long", cart_id=optional("long"), customer_id=optional("long"), email=optional("string"), status=optional("string"),
    total=optional(logical("bytes", "decimal", precision=10, scale=2)),
    refunded=optional(logical("bytes", "decimal", precision=10, scale=2)), currency=optional("string"), items=optional("string"))
SOURCES = [
    ("braze-currents", "file-email-open", record(
        "Open", **BRAZE, email_address="string", dispatch_id=optional("string"), campaign_id=optional("string"),
        campaign_name=optional("string"), canvas_id=optional("string"), canvas_name=optional("string"),
        machine_open=optional("string"), user_agent=optional("string"))),
    ("braze-currents", "file-purchase", record(
        "Purchase", **BRAZE, product_id="string", price="float", currency="string", quantity=optional("int"), properties=optional("string"))),
    ("debezium-orders", "order-paid", record(
        "Envelope", before=optional(ROW), after=optional("Value"), source=SOURCE, op="string", ts_ms=optional("long"))),
]


def plain(value):
    """Without the names of types around values, and with decimals as numbers."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)) in ("string", "int", "long"):
            return next(iter(value.values()))
        value = {key: plain(one) for key, one in value.items()}
        for key in {"total", "refunded"} & value.keys():
            if value[key] is not None:
                value[key] = D(int.from_bytes(base64.b64decode(value[key]), "big", signed=True)).scaleb(-2)
    return value


def source_cases():
    cases = []
    for source, case, schema in SOURCES:
        value = json.loads((HERE.parent / "mappings" / source / f"{case}.in.json").read_text())["value"]
        out = io.BytesIO()
        fastavro.schemaless_writer(out, fastavro.parse_schema(json.loads(json.dumps(schema))), plain(value))
        cases.append(dict(source=source, case=case, schema=json.dumps(schema), hex=out.getvalue().hex()))
    return cases


for file, cases in [("sources.json", source_cases()), ("avro.json", avro_cases()), ("protobuf.json", protobuf_cases())]:
    (HERE / file).write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
