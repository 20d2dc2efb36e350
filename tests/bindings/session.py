# SPDX-License-Identifier: BSD-3-Clause
"""session.py INCLUDE-DIRECTORY LIBRARY-DIRECTORY, beside a daemon, with `cc -E -dD` of all public headers as standard
input: generates a binding from them, and uses it to initialize, dispatch with callbacks and finalize each service."""

import os
import re
import select
import sys
import time

from cffi import FFI
from pycparser import c_ast, c_generator, c_parser

# Types from other headers. The parser must know that they are types, and cffi needs their definitions.
TYPES = [f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)]
TYPES += ["size_t", "pthread_mutex_t", "qb_handle_t"]
FOREIGN = """
typedef uint64_t qb_handle_t;
struct iovec { void *iov_base; size_t iov_len; };
int unshare(int);
"""


def bind(preprocessed, folder):
    """Returns the FFI, and the functions that the headers in that folder declare."""
    own, code, numbers = False, "", ""
    for line in preprocessed.splitlines(True):
        if marker := re.match(r'# \d+ "(.*?)"', line):
            own = marker[1].startswith(folder)
        elif own and re.fullmatch(r"#define \w+ (0x[0-9A-Fa-f]+|\d+)\n", line):
            numbers += line
        elif own and not line.startswith("#"):
            code += line.replace("__inline__", "inline")
    prelude = "".join(f"typedef int {name};\n" for name in TYPES)
    tree = c_parser.CParser().parse(prelude + code).ext[len(TYPES) :]
    declarations = [node for node in tree if not isinstance(node, c_ast.FuncDef)]  # cffi needs no bodies
    generate = c_generator.CGenerator().visit
    ffi = FFI()
    ffi.cdef(FOREIGN + "".join(generate(node) + ";\n" for node in declarations) + numbers)
    return ffi, [node.name for node in declarations if isinstance(node.type, c_ast.FuncDecl)]


ffi, functions = bind(sys.stdin.read(), sys.argv[1] + "/corosync/")
names = ("corosync_common.so.4", "cmap.so.4", "cpg.so.4", "votequorum.so.8")
libraries = common, cmap, cpg, votequorum = [ffi.dlopen(f"{sys.argv[2]}/lib{name}") for name in names]
c = ffi.dlopen(None)


def reason():
    return ffi.string(common.cs_client_reason()).decode()


def ok(error):
    assert error == common.CS_OK, (ffi.string(common.cs_strerror(error)), reason())


def ok_at_last(call, *arguments):
    end = time.monotonic() + 10
    while (error := call(*arguments)) == common.CS_ERR_TRY_AGAIN and time.monotonic() < end:
        time.sleep(0.01)
    ok(error)


def take(library, service, handle, events, count):
    """Polls and dispatches until there are this number of events."""
    fd = ffi.new("int *")
    ok(getattr(library, service + "_fd_get")(handle, fd))
    poll = select.poll()
    poll.register(fd[0], select.POLLIN)
    while len(events) < count:
        assert poll.poll(10_000), events
        ok(getattr(library, service + "_dispatch")(handle, common.CS_DISPATCH_ALL))


def talk_in_group():
    events = []

    def processes(items, count):
        return items != ffi.NULL and [(items[i].nodeid, items[i].pid, items[i].reason) for i in range(count)]

    @ffi.callback("cpg_deliver_fn_t")
    def deliver(_, group, nodeid, pid, message, length):
        events.append((ffi.string(group.value), nodeid, pid, bytes(ffi.buffer(message, length))))

    @ffi.callback("cpg_confchg_fn_t")
    def confchg(_, group, *lists):
        events.append((ffi.string(group.value), *(processes(*lists[i : i + 2]) for i in (0, 2, 4))))

    @ffi.callback("cpg_totem_confchg_fn_t")
    def totem(_, ring, count, members):
        events.append((ring.nodeid, ring.seq > 0, list(members[0:count])))

    flags = cpg.CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF
    model = ffi.new("cpg_model_v1_data_t *", (cpg.CPG_MODEL_V1, deliver, confchg, totem, flags))
    data = ffi.cast("cpg_model_data_t *", model)
    new = ffi.new("cpg_handle_t *")
    ok(cpg.cpg_model_initialize(new, cpg.CPG_MODEL_V1, data, ffi.NULL))
    del model
    handle = new[0]
    name = ffi.new("struct cpg_name *", (6, b"python"))
    ok_at_last(cpg.cpg_join, handle, name)
    parts = [ffi.new("char[]", text) for text in (b"he\0llo", b", world")]
    iovec = ffi.new("struct iovec[]", [(part, len(part) - 1) for part in parts])
    ok_at_last(cpg.cpg_mcast_joined, handle, cpg.CPG_TYPE_AGREED, iovec, len(parts))
    take(cpg, "cpg", handle, events, 3)
    ok(cpg.cpg_leave(handle, name))
    take(cpg, "cpg", handle, events, 4)
    pid = os.getpid()
    assert events == [
        (b"python", [(1, pid, 0)], [], [(1, pid, cpg.CPG_REASON_JOIN)]),
        (1, True, [1]),
        (b"python", 1, pid, b"he\0llo, world"),
        (b"python", [], [(1, pid, cpg.CPG_REASON_LEAVE)], []),
    ], events
    ok(cpg.cpg_finalize(handle))


def follow_keys():
    events = []

    @ffi.callback("cmap_notify_fn_t")
    def notify(_, tracker, event, key, *values_and_context):
        *values, context = values_and_context
        values = [(value.type, bytes(ffi.buffer(value.data, value.len))) for value in values]
        events.append((ffi.from_handle(context), event, ffi.string(key), *values))

    new = ffi.new("cmap_handle_t *")
    ok(cmap.cmap_initialize(new))
    handle = new[0]
    mine = ffi.new_handle("mine")
    kinds = cmap.CMAP_TRACK_ADD | cmap.CMAP_TRACK_MODIFY | cmap.CMAP_TRACK_DELETE | cmap.CMAP_TRACK_PREFIX
    ok(cmap.cmap_track_add(handle, b"python.", kinds, notify, mine, ffi.new("cmap_track_handle_t *")))
    longest = b"python.".ljust(cmap.CMAP_KEYNAME_MAXLEN, b"k")
    ok(cmap.cmap_set_string(handle, longest, b"value"))
    ok(cmap.cmap_delete(handle, longest))
    take(cmap, "cmap", handle, events, 2)
    text, nothing = (cmap.CMAP_VALUETYPE_STRING, b"value\0"), (0, b"")
    assert events == [
        ("mine", cmap.CMAP_TRACK_ADD, longest, text, nothing),
        ("mine", cmap.CMAP_TRACK_DELETE, longest, nothing, text),
    ], events
    ok(cmap.cmap_finalize(handle))


def see_votes():
    events = []

    @ffi.callback("votequorum_nodelist_notification_fn_t")
    def nodelist(_, context, ring, count, nodes):
        events.append((context, ring.nodeid, ring.seq > 0, list(nodes[0:count])))

    @ffi.callback("votequorum_quorum_notification_fn_t")
    def quorum(_, context, quorate, count, nodes):
        events.append((context, quorate, [(nodes[i].nodeid, nodes[i].state) for i in range(count)]))

    new = ffi.new("votequorum_handle_t *")
    ok(votequorum.votequorum_initialize(new, ffi.new("votequorum_callbacks_t *", (quorum, ffi.NULL, nodelist))))
    handle = new[0]
    context = 2**63 + 1
    ok(votequorum.votequorum_trackstart(handle, context, votequorum.CS_TRACK_CURRENT))
    take(votequorum, "votequorum", handle, events, 2)
    assert events == [(context, 1, True, [1]), (context, 1, [(1, votequorum.VOTEQUORUM_NODESTATE_MEMBER)])], events
    ok(votequorum.votequorum_finalize(handle))


assert all(any(hasattr(library, name) for library in libraries) for name in functions), functions
assert reason() == ""
talk_in_group()
follow_keys()
see_votes()
assert c.unshare(0x40000000) == 0  # CLONE_NEWNET
assert cmap.cmap_initialize(ffi.new("cmap_handle_t *")) == common.CS_ERR_LIBRARY
assert "'cmap' in this network namespace; " in reason(), reason()
print(f"{len(functions)} functions, all found")
