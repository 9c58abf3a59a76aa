"""Captures what servers on this machine put onto the wire, and prints a line of JSON for each connection.

    python capture.py check    only says whether it's permitted to capture
    python capture.py          captures

It reads the servers' ports from the first line of standard input, prints `capturing`, and reports when standard
input ends. It needs Linux, and root or CAP_NET_RAW. Times are in nanoseconds since 1970.
"""

import array
import contextlib
import dataclasses
import json
import select
import socket
import struct
import sys
import time

# Python's `socket` has no names for these. They come from Linux's headers.
ETH_P_ALL = 3
SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS = 26, 33, 35
SOL_PACKET, PACKET_STATISTICS = 263, 6
# Operations of a packet filter, and where it finds the type of a packet.
LOAD, LOAD_HEADER_LENGTH, LOAD_PORT, JUMP_IF_EQUAL, RETURN = 0x20, 0xB1, 0x48, 0x15, 0x06
PACKET_TYPE = 0xFFFFF004

ETHERNET_HEADER = 14
FIN, SYN, RST = 1, 2, 4
LARGEST_PACKET = 1 << 17
# A time without a byte counts as a gap from this length on.
GAP = 50_000_000


@dataclasses.dataclass
class Connection:
    """What was on the wire. `start` is the sequence number of the server's first byte."""

    opened: int
    requested: int = None
    start: int = 0
    payload: bytes = b""
    times: list = dataclasses.field(default_factory=list)
    ends: list = dataclasses.field(default_factory=list)

    def add(self, at, is_server, sequence, flags, payload):
        if payload and not is_server:
            self.requested = at
        if flags & SYN and is_server:
            self.start = sequence + 1
        if payload and is_server:
            offset = (sequence - self.start) % 2**32
            if offset > len(self.payload):
                sys.exit("a segment is missing from the capture")
            # A segment that was sent again has nothing new.
            if new := payload[len(self.payload) - offset :]:
                self.payload += new
                self.times.append(at)
        if flags & (FIN | RST):
            side, how = "server" if is_server else "client", "RST" if flags & RST else "FIN"
            self.ends.append({"side": side, "how": how, "at": at})

    def report(self, port):
        head, blank_line, _ = self.payload.partition(b"\r\n\r\n")
        return {
            "port": port,
            "opened": self.opened,
            "requested": self.requested,
            "payload": len(self.payload),
            # Without a blank line there's no head.
            "head": len(head + blank_line) if blank_line else 0,
            "status": int(head.split()[1]) if blank_line else None,
            "first": self.times[0] if self.times else None,
            "last": self.times[-1] if self.times else None,
            "gaps": [pair for pair in zip(self.times, self.times[1:]) if pair[1] - pair[0] >= GAP],
            "ends": self.ends,
        }


def packet_filter(ports):
    """A program for the kernel, which queues only what goes to these ports or comes from them.

    The loopback interface shows each packet twice, and only one of the two is an outgoing packet.
    """
    program = [(LOAD, 0, 0, PACKET_TYPE), (JUMP_IF_EQUAL, 1, 0, socket.PACKET_OUTGOING), (RETURN, 0, 0, 0)]
    program.append((LOAD_HEADER_LENGTH, 0, 0, ETHERNET_HEADER))
    tests = [(offset, port) for offset in (0, 2) for port in ports]
    for left, (offset, port) in zip(range(len(tests), 0, -1), tests):
        program += [(LOAD_PORT, 0, 0, ETHERNET_HEADER + offset), (JUMP_IF_EQUAL, 2 * left - 1, 0, port)]
    program += [(RETURN, 0, 0, 0), (RETURN, 0, 0, LARGEST_PACKET)]
    return array.array("B", b"".join(struct.pack("HBBI", *step) for step in program))


def open_capture(ports):
    capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    program = packet_filter(ports)
    address, length = program.buffer_info()
    capture.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", length // 8, address))
    # The usual queue is long enough unless this program waits for the processor. Only CAP_NET_ADMIN allows more.
    with contextlib.suppress(PermissionError):
        capture.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4_000_000)
    capture.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    capture.bind(("lo", ETH_P_ALL))
    return capture


def receive(capture):
    """A packet, and when it was sent."""
    packet, control, _, _ = capture.recvmsg(LARGEST_PACKET, 64)
    seconds, nanoseconds = struct.unpack("ll", control[0][2])
    return packet, seconds * 10**9 + nanoseconds


def wait_for_time_stamps(capture, port):
    """The kernel starts to stamp packets some time after it's asked to. Before that, it stamps them as they're read."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        while True:
            sender.sendto(b"", ("127.0.0.1", port))
            now = time.time_ns()
            if receive(capture)[1] <= now:
                return


def parse(packet):
    """Ports, sequence number, flags and payload of a TCP segment over IPv4, or `None`."""
    ip = packet[ETHERNET_HEADER:]
    if packet[12:14] != b"\x08\x00" or ip[9] != socket.IPPROTO_TCP:
        return None
    tcp = ip[(ip[0] & 0xF) * 4 : int.from_bytes(ip[2:4], "big")]
    source, destination, sequence = struct.unpack_from("!HHI", tcp)
    return source, destination, sequence, tcp[13], tcp[(tcp[12] >> 4) * 4 :]


def capture_until_told(capture, ports):
    connections = {}
    is_told = False
    while not is_told:
        is_told = sys.stdin in select.select([capture, sys.stdin], [], [])[0]
        # Everything sent before the end of standard input is in the queue by now.
        while select.select([capture], [], [], 0)[0]:
            packet, at = receive(capture)
            if segment := parse(packet):
                source, destination, *rest = segment
                is_server = source in ports
                key = (source, destination) if is_server else (destination, source)
                connections.setdefault(key, Connection(at)).add(at, is_server, *rest)
    _, dropped = struct.unpack("II", capture.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    if dropped:
        sys.exit(f"the kernel dropped {dropped} packets")
    return connections


def main():
    if sys.argv[1:] == ["check"]:
        try:
            open_capture([1]).close()
            print("permitted")
        except OSError as error:
            print(error)
        return
    ports = [int(port) for port in sys.stdin.readline().split()]
    capture = open_capture(ports)
    wait_for_time_stamps(capture, ports[0])
    print("capturing", flush=True)
    for (port, _), connection in capture_until_told(capture, ports).items():
        print(json.dumps(connection.report(port)))


main()
