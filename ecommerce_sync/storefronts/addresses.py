"""Which addresses a store may have: https and public ones, unless the site's config allows more.

Checked three times, because each alone can be tricked: the URL as entered, what its host name
resolves to, and the address that the socket was really connected to (a name may resolve differently
a moment later).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..core.errors import Fixable

Resolve = Callable[[str, int], Iterable[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivatePeer(OSError):
	"""A socket ended up at an address that is not public; nothing was sent to it."""


def resolve(host: str, port: int) -> list[str]:
	"""All addresses of a host name. Raises `OSError` when it has none."""
	return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
	"""Whether an IP address is one of the public Internet; addresses wrapped in IPv6 are unwrapped."""
	try:
		ip = ipaddress.ip_address(address.split("%")[0])
	except ValueError:
		return False
	if isinstance(ip, ipaddress.IPv6Address):
		inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
		if inner is None and ip in _NAT64:
			inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
		if inner is not None:
			return is_public(str(inner))
	return ip.is_global and not ip.is_multicast


def check_url(url: str, allow_http: bool = False) -> SplitResult:
	"""The parts of an address that may be asked. Raises `Fixable("store_refused")` that says what is wrong."""
	try:
		parts = urlsplit(url)
		host, _port = parts.hostname, parts.port
	except ValueError as error:
		raise _refused("", f"The address is not valid: {error}.") from None
	if not host:
		raise _refused("", "The address has no host name.")
	if parts.username is not None or parts.password is not None:
		raise _refused(host, "The address must not contain a user name or password.")
	if parts.scheme != "https" and not (allow_http and parts.scheme == "http"):
		raise _refused(host, "The address must begin with https://.")
	return parts


def check_host(parts: SplitResult, resolver: Resolve = resolve) -> None:
	"""Refuse a host that is, or resolves to, an address that is not public. Raises `Fixable`, `OSError`."""
	host = parts.hostname or ""
	for address in resolver(host, port_of(parts)):
		if not is_public(address):
			raise _refused(host, f"The host {host} is at a private address, which this site does not allow.")


def port_of(parts: SplitResult) -> int:
	"""The port, the scheme's own one when none is named."""
	return parts.port or (443 if parts.scheme == "https" else 80)


def _refused(host: str, detail: str) -> Fixable:
	return Fixable("store_refused", cause=f"address:{host}", detail=detail)


def _check_peer(sock: socket.socket) -> socket.socket:
	address = str(sock.getpeername()[0])
	if is_public(address):
		return sock
	sock.close()
	raise PrivatePeer(f"connected to the private address {address}")


class _GuardedHTTP(HTTPConnection):
	def _new_conn(self) -> socket.socket:
		return _check_peer(super()._new_conn())


class _GuardedHTTPS(HTTPSConnection):
	def _new_conn(self) -> socket.socket:
		return _check_peer(super()._new_conn())


class _GuardedHTTPPool(HTTPConnectionPool):
	ConnectionCls = _GuardedHTTP


class _GuardedHTTPSPool(HTTPSConnectionPool):
	ConnectionCls = _GuardedHTTPS


class GuardedAdapter(HTTPAdapter):
	"""Connects to public addresses only; behind a proxy the proxy decides where it connects to."""

	def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
		"""The pools of requests, with connections that look at their peer before they send."""
		super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
		self.poolmanager.pool_classes_by_scheme = {"http": _GuardedHTTPPool, "https": _GuardedHTTPSPool}
