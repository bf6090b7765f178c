-- Fieldquote's tables, and the days of work that every demo begins with.
create table companies (
  id integer primary key,
  name text not null,
  trade text not null
);

create table people (
  id integer primary key,
  company_id integer not null references companies (id),
  name text not null,
  email text not null unique,
  role text not null,
  tier text not null check (tier in ('free', 'pro')),
  password_hash text not null default ''
);

create table sessions (
  token text primary key,
  person_id integer not null references people (id)
);

create table quotes (
  number integer primary key,
  company_id integer not null references companies (id),
  customer text not null,
  greeting text not null,
  job text not null,
  status text not null check (status in ('draft', 'waiting', 'signed', 'declined')),
  notes text not null default '',
  token text not null unique
);

create table line_items (
  id integer primary key,
  quote_number integer not null references quotes (number),
  what text not null,
  cents integer not null
);

create table signatures (
  quote_number integer primary key references quotes (number),
  signer text not null
);

create table photos (
  id integer primary key,
  quote_number integer not null references quotes (number),
  object_key text not null
);

create table voice_notes (
  quote_number integer primary key references quotes (number),
  seconds integer not null,
  spoken text not null
);

create table automation_steps (
  company_id integer not null references companies (id),
  position integer not null,
  kind text not null,
  primary key (company_id, position)
);

insert into companies (id, name, trade) values
  (1, 'Marlow & Sons', 'Electricians'),
  (2, 'Tallow Plumbing', 'Plumbers');

insert into people (id, company_id, name, email, role, tier) values
  (1, 1, 'Dana Marlow', 'owner@marlow.example', 'Owner', 'pro'),
  (2, 1, 'Theo Park', 'member@marlow.example', 'Electrician', 'free'),
  (3, 1, 'Inés Duarte', 'office@marlow.example', 'Office', 'pro'),
  (4, 2, 'Rhea Tallow', 'owner@tallow.example', 'Owner', 'pro');

insert into quotes (number, company_id, customer, greeting, job, status, notes, token) values
  (1036, 1, 'Brannock Primary School', 'Brannock', 'Emergency lighting test', 'signed', '', 'amber-ladder-1036'),
  (1037, 1, 'Jude Okafor', 'Jude', 'Fault finding', 'declined', '', 'quiet-socket-1037'),
  (1038, 1, 'Priya Raman', 'Priya', 'Car charger install', 'signed', '', 'green-cable-1038'),
  (1039, 1, 'Mueller Bakery', 'Mueller', 'New oven circuit', 'draft', '', 'warm-flour-1039'),
  (1041, 1, 'Harbour View Hotel', 'Harbour', 'Outdoor lighting', 'waiting', 'Ring before you come', 'salt-lantern-1041'),
  (1042, 1, 'Ada Lovelace', 'Ada', 'Kitchen rewire', 'waiting', '', 'blue-kettle-1042'),
  (2001, 2, 'Osric Vane', 'Osric', 'Bathroom refit', 'waiting', 'Side gate, code with the neighbour', 'copper-heron-2001');

insert into line_items (quote_number, what, cents) values
  (1036, 'Test and certificate, 62 fittings', 342000),
  (1037, 'Find and mend a tripping circuit', 18500),
  (1038, 'Charger, 7 kW, with cable', 89500),
  (1038, 'Fitting and sign-off', 40000),
  (1039, 'Oven circuit, 32 A', 64000),
  (1041, 'Wall lanterns, eight', 132000),
  (1041, 'Armoured cable and trench', 86000),
  (1042, 'Rewire kitchen circuits', 285000),
  (1042, 'Consumer unit, 18 ways', 98000),
  (1042, 'Downlights, eight, fitted', 67000),
  (2001, 'Bathroom refit', 712000);

insert into signatures (quote_number, signer) values
  (1036, 'Moira Brannock'),
  (1038, 'Priya Raman');

insert into voice_notes (quote_number, seconds, spoken) values
  (1041, 18, 'Two lanterns by the jetty door need a taller bracket. Trench runs left of the roses, not through them.');

insert into automation_steps (company_id, position, kind) values
  (1, 1, 'email');
