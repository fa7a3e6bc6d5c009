"""Who shops at the emulated stores: regulars, strangers, guests and companies, with the names that break things."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from .story import Business, Person, Place

NAMES: tuple[tuple[str | None, str | None], ...] = (
	("Anna", "Müller"),
	("Jean-François", "L'Écuyer"),
	("Siân", "O’Connor"),
	("Łukasz", "Żółć"),
	("José María", "de la Peña y Gutiérrez"),
	("太郎", "山田"),
	("小龙", "李"),
	("민준", "김"),
	("محمد", "الأحمد"),
	("Ольга", "Щербакова"),
	("Γιώργος", "Παπαδόπουλος"),
	("अमित", "शर्मा"),
	("Nguyễn Thị", "Ánh"),
	("Ada 🚀", "Lovelace ✨"),
	("<b>Bobby</b>", "O'; DROP TABLE tabCustomer;--"),
	("  Zoë  ", "Smith\t"),
	("X", "Æ A-12"),
	("Null", "None"),
	("Wolfeschlegelsteinhausenbergerdorff " * 3, "Featherstonehaugh-Cholmondeley " * 3),
	("Prince", None),
	(None, "Sukarno"),
)
# address1, city, province, province code, postal code, country, code, phone
PLACES: tuple[tuple[str, ...], ...] = (
	("120 W 45th St", "New York", "New York", "NY", "10036", "United States", "US", "+12125550142"),
	("1 Dr Carlton B Goodlett Pl", "San Francisco", "California", "CA", "94102", "United States", "US", ""),
	("Hauptstraße 5", "Köln", "", "", "50667", "Germany", "DE", "+49 221 5550123"),
	("12 bis, rue de l’Église", "Saint-Étienne", "", "", "42000", "France", "FR", "0477555012"),
	("10 Downing Street", "London", "England", "ENG", "SW1A 2AA", "United Kingdom", "GB", "020 7946 0018"),
	("Bahnhofstrasse 1", "Zürich", "", "", "8001", "Switzerland", "CH", "+41 44 555 01 23"),
	("千代田1-1", "千代田区", "東京都", "JP-13", "100-0001", "Japan", "JP", "03-5555-0123"),
	("Block 4, Street 12", "Kuwait City", "Al Asimah", "KW-KU", "", "Kuwait", "KW", "+96555500123"),
	("Via Roma 3/A", "Torino", "Torino", "TO", "10121", "Italy", "IT", ""),
	("MG Road, near the old banyan tree 🌳", "Bengaluru", "Karnataka", "KA", "560001", "India", "IN", ""),
	("221B Baker Street " * 9, "Wellington", "Wellington", "WGN", "6011", "New Zealand", "NZ", "not a phone"),
	("Plot 7", "Juba", "", "", "", "South Sudan", "SS", ""),
)
COMPANIES = (
	"Müller & Söhne GmbH",
	"Acme Retail, Inc.",
	"株式会社サンプル",
	"Café “Zum Löwen” 🦁",
	"B2B " * 50,
)
REGULARS = 24


def regular(position: int) -> Person:
	"""The same person at every call: an account with an e-mail address."""
	first, last = NAMES[position % len(NAMES)]
	phone = f"+1212555{position:04d}" if position % 3 == 0 else None
	return Person(5000 + position, first, last, f"regular{position}@example.com", phone)


def stranger(rng: Random, number: int) -> Person:
	"""An account that was made for this order; `number` is the order's."""
	first, last = rng.choice(NAMES)
	email = rng.choice((f"shopper{number}@example.com", f"Shopper.{number}+tag@Example.COM", None))
	return Person(
		100_000 + number, first, last, email, f"+1646555{number % 10_000:04d}" if not email else None
	)


def guest(rng: Random, number: int) -> Person | None:
	"""Somebody without an account; None when the order says nothing about its buyer."""
	first, last = rng.choice((*NAMES, (None, None)))
	email, phone = rng.choice(
		(
			(f"guest{number}@example.com", None),
			(f"guest{number}@example.com", "+16465550199"),
			(None, "+16465550188"),
		)
	)
	return None if rng.random() < 0.1 else Person(None, first, last, email, phone)


def buyer(rng: Random, number: int) -> Person | None:
	"""A regular in half the orders, else somebody new or a guest."""
	draw = rng.random()
	if draw < 0.5:
		return regular(rng.randrange(REGULARS))
	return stranger(rng, number) if draw < 0.8 else guest(rng, number)


def business(rng: Random) -> Business:
	"""One of a few companies, each with two locations."""
	position, branch = rng.randrange(len(COMPANIES)), rng.randrange(2)
	name = COMPANIES[position].strip()
	return Business(
		800 + position, name, 8000 + position * 10 + branch, ("Headquarters", "Lager Süd")[branch]
	)


def place(rng: Random, person: Person | None, company: str | None = None) -> Place:
	"""An address as the person typed it: mostly whole, sometimes with holes."""
	street, city, province, code, postal, country, country_code, phone = rng.choice(PLACES)
	whole = Place(
		first_name=person.first_name if person else None,
		last_name=person.last_name if person else None,
		company=company or (rng.choice(COMPANIES).strip() if rng.random() < 0.1 else None),
		address1=street.strip(),
		address2=rng.choice((None, "", "2nd floor", "c/o Schmidt")),
		city=city,
		province=province or None,
		province_code=code or None,
		zip=postal or None,
		country=country,
		country_code=country_code,
		phone=phone or None,
	)
	return _with_holes(rng, whole)


def _with_holes(rng: Random, whole: Place) -> Place:
	draw = rng.random()
	if draw < 0.03:
		return replace(whole, address1=None, city=None, zip=None)
	if draw < 0.06:
		return replace(whole, first_name=None, last_name=None)
	if draw < 0.08:
		return replace(whole, country=None, country_code=None, city="")
	return whole


def places(rng: Random, person: Person | None, company: str | None) -> tuple[Place | None, Place | None]:
	"""Billing and shipping address: mostly the same, sometimes two, one or none."""
	billing = place(rng, person, company)
	draw = rng.random()
	if draw < 0.6:
		return billing, billing
	if draw < 0.85:
		return billing, place(rng, person, company)
	return rng.choice(((billing, None), (None, billing), (None, None)))
