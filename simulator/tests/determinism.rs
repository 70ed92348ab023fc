//! The same seed gives the same run; nobody's chance depends on anybody else; nothing that happens escapes the digest.

mod site;

use std::collections::{BTreeMap, BTreeSet};

use simulator::distribution::Distribution;
use simulator::engine::digest::Digest;
use simulator::event::{CallEnd, Channels, End, Event, Kind, QueueEnd, Seen, StockKind, Wish};
use simulator::layout::{ChannelKind, Device, Role};
use simulator::licence::feature::Feature;
use simulator::licence::holders::HolderSet;
use simulator::licence::message::{Ack, Recall, Recalled, Renew};
use simulator::licence::reason::Reason;
use simulator::node::{Attachments, Body, NodeId, Packet};
use simulator::numbers::Number;
use simulator::rng::Probability;
use simulator::settings::{Retries, Settings};
use simulator::simulation::{Observer, Simulation};
use simulator::sip::dialog::session_timer::{Agreed, Proposal, Refresher};
use simulator::sip::message::{
    Aor, CallRequest, CallResponse, Contacts, Method, Overload, Register, Response, Session, Transfer,
};
use simulator::time::{Duration, Instant};

use site::{Plan, Told, at};

/// Chance everywhere: loss, jitter, doubled packets, sessions, absences, retries.
fn chancy(settings: &mut Settings) {
    for link in &mut settings.links.profiles {
        link.latency = Distribution::uniform(Duration::millis(1), Duration::millis(9));
        (link.loss, link.duplicates) = (Probability::ratio(5, 100), Probability::ratio(2, 100));
    }
    for population in &mut settings.populations {
        population.retries = Retries::Rfc5626;
        population.signed_in = Some(Distribution::exponential(Duration::seconds(60)));
        population.away = Some(Distribution::exponential(Duration::seconds(30)));
        population.expires_s = 100;
    }
}

fn busy() -> Plan {
    Plan::with_standby().licences(0, &[(Feature::Port, 25), (Feature::Standby, 25)]).phones("desk", 30, &[0, 1])
}

fn digest(told: &Told) -> u64 {
    told.simulation.engine().digest()
}

#[test]
fn the_same_seed_gives_the_same_digest_and_another_seed_another() {
    let plan = busy().with(chancy).sign_in(1, 0).crash(200, 0).restart(300, 0);
    let digests = [1, 1, 2].map(|seed| digest(&Plan { seed, ..plan.clone() }.run(600)));
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}

/// What every endpoint stated, and when, by who it is: node numbers differ between two layouts.
fn histories(told: &Told, names: &[&str]) -> BTreeMap<(String, u32), Vec<(Instant, String)>> {
    let people = &told.site().cluster().people;
    let mut histories = BTreeMap::new();
    for (at, node, event) in &told.facts {
        let (stated_by, what) = match (people.aor(*node), event) {
            (Some(aor), event) => (Some(aor), format!("{event:?}")),
            (None, Event::Bound { endpoint, new }) => (people.aor(*endpoint), format!("bound {new}")),
            (None, Event::Unbound { endpoint, end }) => (people.aor(*endpoint), format!("unbound {end:?}")),
            _ => (None, String::new()),
        };
        if let Some(aor) = stated_by {
            let who = (names[usize::from(aor.block)].to_owned(), aor.seat);
            histories.entry(who).or_insert_with(Vec::new).push((*at, what));
        }
    }
    histories
}

#[test]
fn people_on_a_node_of_their_own_change_nobody_elses_history() {
    let alone = busy().with(chancy).sign_in(1, 0).crash(200, 0).restart(300, 0).run(600);
    let alone = histories(&alone, &["desk"]);
    assert_eq!(alone.len(), 30);
    // Declared first, they shift the number of every node.
    let other = |plan: Plan| plan.phones("other", 17, &[2]).sign_in(1, 1);
    let after = other(busy().pbx("island", Role::Slave, None).licences(2, &[(Feature::Port, 10)]));
    let after = after.with(chancy).sign_in(1, 0).crash(200, 0).restart(300, 0);
    let mut before = after.clone();
    before.layout.populations.swap(0, 1);
    before.layout.blocks.swap(0, 1);
    before.layout.blocks.iter_mut().for_each(|block| block.population = 1 - block.population);
    before.settings.populations.swap(0, 1);
    for entry in &mut before.schedule {
        if let simulator::schedule::Action::SignIn { who, .. } = &mut entry.action {
            who.seats.iter_mut().for_each(|(block, _)| *block = 1 - *block);
        }
    }
    for (plan, names) in [(after, ["desk", "other"]), (before, ["other", "desk"])] {
        let mut plan = plan;
        plan.schedule.sort_by_key(|entry| entry.at);
        let mut together = histories(&plan.run(600), &names);
        together.retain(|(name, _), _| name == "desk");
        assert_eq!(together.len(), alone.len());
        for (who, history) in &alone {
            assert_eq!(together.get(who), Some(history), "{who:?}");
        }
    }
}

#[test]
fn whoever_watches_changes_nothing() {
    struct Blind;
    impl Observer for Blind {
        fn observe(&mut self, _: Instant, _: NodeId, _: &[Event], _: &simulator::site::Site) -> bool {
            true
        }
        fn on_entry(&mut self, _: Instant, _: &simulator::schedule::Entry, _: &simulator::site::Site) {}
    }
    let plan = busy().with(chancy).sign_in(1, 0).crash(200, 0).restart(300, 0);
    let watched = plan.run(600);
    let mut unwatched = Simulation::new(&plan.layout, vec![plan.settings.clone()], plan.schedule.clone(), plan.seed);
    // Also in other portions.
    for second in [1, 7, 199, 200, 201, 555, 600] {
        unwatched.run_until(at(second, 0), &mut Blind);
    }
    assert_eq!(unwatched.engine().digest(), digest(&watched));
    assert_eq!(unwatched.engine().counters(), watched.simulation.engine().counters());
}

fn digest_of(packet: &Packet, attachments: &Attachments) -> u64 {
    let mut digest = Digest::default();
    digest.packet(packet, attachments);
    digest.value()
}

fn packet(body: Body) -> Packet {
    Packet { source: NodeId(1), target: NodeId(2), reliable: false, body }
}

/// All of them differ.
fn assert_distinct(digests: &[u64], what: &str) {
    for (index, digest) in digests.iter().enumerate() {
        let twin = digests[..index].iter().position(|other| other == digest);
        assert_eq!(twin, None, "{what}: variant {index} has the digest of another");
    }
}

#[test]
fn every_field_of_a_packet_and_of_a_register_is_in_the_digest() {
    let aor = Aor { block: 1, device: Device::DeskPhone, seat: 2 };
    let base = Register {
        aor,
        call: 3,
        sequence: 4,
        branch: 5,
        expires_s: 6,
        contacts: Contacts::Own,
        nonce_count: 7,
        nonce: 8,
        proof: 9,
    };
    let variants = [
        base,
        Register { aor: Aor { block: 99, ..aor }, ..base },
        Register { aor: Aor { device: Device::Dect, ..aor }, ..base },
        Register { aor: Aor { seat: 99, ..aor }, ..base },
        Register { call: 99, ..base },
        Register { sequence: 99, ..base },
        Register { branch: 99, ..base },
        Register { expires_s: 99, ..base },
        Register { contacts: Contacts::All, ..base },
        Register { nonce_count: 99, ..base },
        Register { nonce: 99, ..base },
        Register { proof: 99, ..base },
    ];
    let whole = packet(Body::Register(base));
    let mut packets: Vec<Packet> = variants.into_iter().map(|register| packet(Body::Register(register))).collect();
    packets.extend([
        Packet { source: NodeId(99), ..whole },
        Packet { target: NodeId(99), ..whole },
        Packet { reliable: true, ..whole },
    ]);
    let digests: Vec<u64> = packets.iter().map(|packet| digest_of(packet, &Attachments::default())).collect();
    assert_distinct(&digests, "REGISTER");
}

#[test]
fn every_field_of_a_response_is_in_the_digest() {
    let base = Response {
        status: 200,
        reason: Reason::None,
        stale: false,
        branch: 1,
        sequence: 2,
        expires_s: 3,
        retry_after_s: 4,
        contact: NodeId(5),
        nonce: 6,
        overload: Overload::default(),
    };
    let variants = [
        base,
        Response { status: 503, ..base },
        Response { reason: Reason::NoUnit, ..base },
        Response { stale: true, ..base },
        Response { branch: 99, ..base },
        Response { sequence: 99, ..base },
        Response { expires_s: 99, ..base },
        Response { retry_after_s: 99, ..base },
        Response { contact: NodeId(99), ..base },
        Response { nonce: 99, ..base },
        Response { overload: Overload { loss: 9, validity_ms: 0 }, ..base },
        Response { overload: Overload { loss: 0, validity_ms: 9 }, ..base },
    ];
    let digests = variants.map(|response| digest_of(&packet(Body::Response(response)), &Attachments::default()));
    assert_distinct(&digests, "response");
}

#[test]
fn every_field_of_a_message_about_a_call_is_in_the_digest() {
    let session = Session { number: 1, flow: 2, to: 3 };
    let request = CallRequest {
        session,
        method: Method::Invite,
        dialled: Number(110_001),
        caller: NodeId(4),
        hops: 10,
        from_tag: 5,
        to_tag: 6,
        branch: 7,
        sequence: 8,
        proof: 9,
        timer: Proposal::SUPPORTED,
        hold: false,
        transfer: Transfer::None,
    };
    let response = CallResponse {
        session,
        method: Method::Invite,
        status: 200,
        reason: Reason::None,
        from_tag: 5,
        to_tag: 6,
        branch: 7,
        sequence: 8,
        retry_after_s: 9,
        nonce: 10,
        timer: None,
    };
    let sessions = [Session { number: 99, ..session }, Session { flow: 99, ..session }, Session { to: 99, ..session }];
    let mut bodies = vec![Body::Dial, Body::Unregistered];
    bodies.extend(sessions.map(|session| Body::Call(CallRequest { session, ..request })));
    bodies.extend(sessions.map(|session| Body::Answer(CallResponse { session, ..response })));
    bodies.extend([
        Body::Call(request),
        Body::Call(CallRequest { method: Method::Bye, ..request }),
        Body::Call(CallRequest { dialled: Number(99), ..request }),
        Body::Call(CallRequest { caller: NodeId(99), ..request }),
        Body::Call(CallRequest { hops: 99, ..request }),
        Body::Call(CallRequest { from_tag: 99, ..request }),
        Body::Call(CallRequest { to_tag: 99, ..request }),
        Body::Call(CallRequest { branch: 99, ..request }),
        Body::Call(CallRequest { sequence: 99, ..request }),
        Body::Call(CallRequest { proof: 99, ..request }),
        Body::Call(CallRequest { timer: Proposal { interval_s: 99, ..Proposal::SUPPORTED }, ..request }),
        Body::Call(CallRequest { timer: Proposal { least_s: 99, ..Proposal::SUPPORTED }, ..request }),
        Body::Call(CallRequest {
            timer: Proposal { refresher: Some(Refresher::Client), ..Proposal::SUPPORTED },
            ..request
        }),
        Body::Call(CallRequest {
            timer: Proposal { refresher: Some(Refresher::Server), ..Proposal::SUPPORTED },
            ..request
        }),
        Body::Call(CallRequest { timer: Proposal { supported: false, ..Proposal::SUPPORTED }, ..request }),
        Body::Call(CallRequest { hold: true, ..request }),
        Body::Call(CallRequest { transfer: Transfer::To { replaces: 0 }, ..request }),
        Body::Call(CallRequest { transfer: Transfer::To { replaces: 99 }, ..request }),
        Body::Call(CallRequest { transfer: Transfer::Told { status: 100, last: false }, ..request }),
        Body::Call(CallRequest { transfer: Transfer::Told { status: 100, last: true }, ..request }),
        Body::Call(CallRequest { transfer: Transfer::Told { status: 200, last: true }, ..request }),
        Body::Consulted { session, tag: 0 },
        Body::Consulted { session, tag: 99 },
        Body::Answer(response),
        Body::Answer(CallResponse { method: Method::Bye, ..response }),
        Body::Answer(CallResponse { status: 486, ..response }),
        Body::Answer(CallResponse { reason: Reason::Busy, ..response }),
        Body::Answer(CallResponse { from_tag: 99, ..response }),
        Body::Answer(CallResponse { to_tag: 99, ..response }),
        Body::Answer(CallResponse { branch: 99, ..response }),
        Body::Answer(CallResponse { sequence: 99, ..response }),
        Body::Answer(CallResponse { retry_after_s: 99, ..response }),
        Body::Answer(CallResponse { nonce: 99, ..response }),
        Body::Answer(CallResponse { timer: Some(Agreed { interval_s: 99, refresher: Refresher::Client }), ..response }),
        Body::Answer(CallResponse { timer: Some(Agreed { interval_s: 99, refresher: Refresher::Server }), ..response }),
        Body::Answer(CallResponse { timer: Some(Agreed { interval_s: 98, refresher: Refresher::Client }), ..response }),
    ]);
    let digests: Vec<u64> = bodies.into_iter().map(|body| digest_of(&packet(body), &Attachments::default())).collect();
    assert_distinct(&digests, "messages about calls");
}

#[test]
fn every_field_of_a_licence_message_and_its_holders_are_in_the_digest() {
    let mut attachments = Attachments::default();
    let sets = [&[(0, 1)][..], &[(0, 2)], &[(1, 1)], &[(0, 1), (0, 2)], &[]].map(|members: &[(u16, u32)]| {
        let mut set = HolderSet::default();
        for (block, place) in members {
            set.insert(*block, *place);
        }
        attachments.put(&set)
    });
    let renew = Renew { feature: Feature::Port, sequence: 1, holders: sets[0], keep: 2, want: 3, needed: 1 };
    let mut bodies: Vec<Body> = sets.iter().map(|holders| Body::Renew(Renew { holders: *holders, ..renew })).collect();
    bodies.extend([
        Body::Renew(Renew { feature: Feature::Operator, ..renew }),
        Body::Renew(Renew { sequence: 99, ..renew }),
        Body::Renew(Renew { keep: 99, ..renew }),
        Body::Renew(Renew { want: 99, ..renew }),
        Body::Renew(Renew { needed: 99, ..renew }),
    ]);
    let (feature, kept, reason) = (Feature::Port, None, Reason::None);
    let ack = Ack { feature, sequence: 1, epoch: 2, kept, held: 3, stock: 4, reason };
    bodies.extend(sets.iter().map(|set| Body::Ack(Ack { kept: Some(*set), ..ack })));
    bodies.extend([
        Body::Ack(ack),
        Body::Ack(Ack { feature: Feature::Operator, ..ack }),
        Body::Ack(Ack { sequence: 99, ..ack }),
        Body::Ack(Ack { epoch: 99, ..ack }),
        Body::Ack(Ack { held: 99, ..ack }),
        Body::Ack(Ack { stock: 99, ..ack }),
        Body::Ack(Ack { reason: Reason::NoUnit, ..ack }),
        Body::Recall(Recall { feature, what: Recalled::Idle(1) }),
        Body::Recall(Recall { feature: Feature::Operator, what: Recalled::Idle(1) }),
        Body::Recall(Recall { feature, what: Recalled::Idle(99) }),
        Body::Recall(Recall { feature, what: Recalled::Holder { block: 0, place: 1 } }),
        Body::Recall(Recall { feature, what: Recalled::Holder { block: 0, place: 99 } }),
        Body::Recall(Recall { feature, what: Recalled::Holder { block: 99, place: 1 } }),
    ]);
    bodies.extend([Body::Reset, Body::Ping, Body::Pong, Body::Offer, Body::Begin, Body::Free]);
    for number in [1, 99] {
        bodies.extend([Body::Look { number }, Body::Seen { number }]);
    }
    let digests: Vec<u64> = bodies.into_iter().map(|body| digest_of(&packet(body), &attachments)).collect();
    assert_distinct(&digests, "licence messages");
}

/// Every event with its fields at a first value, and each field at another.
fn events() -> Vec<Event> {
    let (feature, endpoint, other) = (Feature::Port, NodeId(1), NodeId(99));
    let (due, late) = (Instant(1), Instant(99));
    let (one, two) = (Wish::SignIn, Wish::Return);
    let stock = StockKind { owner: 1, kind: Kind::Installed };
    let holder = Aor { block: 1, device: Device::DeskPhone, seat: 2 };
    let mut events = of_endpoints(due, late, one, two);
    events.extend(of_booking(feature, endpoint, other, due, late));
    for (stock, holder) in [
        (stock, holder),
        (StockKind { owner: 99, ..stock }, holder),
        (StockKind { kind: Kind::Replica, ..stock }, holder),
        (stock, Aor { block: 99, ..holder }),
        (stock, Aor { device: Device::Dect, ..holder }),
        (stock, Aor { seat: 99, ..holder }),
    ] {
        events.extend([Event::Taken { feature, stock, holder }, Event::Freed { feature, stock, holder }]);
    }
    let feature = Feature::Operator;
    events.extend([Event::Taken { feature, stock, holder }, Event::Freed { feature, stock, holder }]);
    events.extend(of_calls(due, late));
    events
}

fn of_calls(due: Instant, late: Instant) -> Vec<Event> {
    let first = Session { number: 1, flow: 2, to: 3 };
    let mut events = Vec::new();
    for session in [first, Session { number: 99, ..first }, Session { flow: 99, ..first }, Session { to: 99, ..first }]
    {
        events.extend([Event::CallDue { session }, Event::CallDropped { session }]);
        events.extend([true, false].map(|on| Event::CallOwned { session, on }));
        events.extend(
            [0, 9].map(|seat| Event::MessageLeft { session, user: Aor { block: 1, device: Device::Trunk, seat } }),
        );
        events.push(Event::CallPassedOn { session });
        events.push(Event::CallRang { session, began: due });
        events.push(Event::CallAnswered { session, due, began: due, rang: false });
        events.push(Event::CallGivenUp { session, due, rang: false });
    }
    let session = first;
    let (status, reason, rang, again) = (503, Reason::NoChannel, false, false);
    let failed = |due, began, status, reason, rang, again| Event::CallFailed {
        session,
        due,
        began,
        status,
        reason,
        rang,
        again,
    };
    let ended = |answered, began, end, status| Event::CallEnded { session, answered, began, end, status };
    events.extend([
        Event::CallRang { session, began: late },
        Event::CallAnswered { session, due: late, began: due, rang: false },
        Event::CallAnswered { session, due, began: late, rang: false },
        Event::CallAnswered { session, due, began: due, rang: true },
        Event::CallGivenUp { session, due: late, rang: false },
        Event::CallGivenUp { session, due, rang: true },
        failed(due, due, status, reason, rang, again),
        failed(late, due, status, reason, rang, again),
        failed(due, late, status, reason, rang, again),
        failed(due, due, 486, reason, rang, again),
        failed(due, due, status, Reason::Busy, rang, again),
        failed(due, due, status, reason, true, again),
        failed(due, due, status, reason, rang, true),
        ended(due, due, CallEnd::HungUp, 200),
        ended(late, due, CallEnd::HungUp, 200),
        ended(due, late, CallEnd::HungUp, 200),
        ended(due, due, CallEnd::Left, 200),
        ended(due, due, CallEnd::HungUp, 481),
    ]);
    let shared = [ChannelKind::WebRtc, ChannelKind::Dsp].map(Channels::Shared);
    for of in [Channels::Trunk(1), Channels::Trunk(99), Channels::Room(1)].into_iter().chain(shared) {
        events.extend([Event::ChannelAsked { of }, Event::ChannelTaken { of }]);
        events.extend([Event::ChannelFreed { of }, Event::ChannelRefused { of }]);
    }
    for queue in [1, 99] {
        events.extend([Event::QueueEntered { queue }, Event::QueueDelayed { queue }]);
    }
    let left = |queue, waited, end| Event::QueueLeft { queue, waited: Duration(waited), end };
    events.extend([left(1, 2, QueueEnd::Answered), left(1, 2, QueueEnd::Lost), left(1, 3, QueueEnd::Answered)]);
    events.push(left(2, 2, QueueEnd::Answered));
    events
}

fn of_endpoints(due: Instant, late: Instant, one: Wish, two: Wish) -> Vec<Event> {
    let (began, status, reason, before) = (due, 200, Reason::None, Seen(1));
    let answered =
        |wish, due, began, status, reason, before| Event::Answered { wish, due, began, status, reason, before };
    let accepted = |wish, due, began, attempts| Event::Accepted { wish, due, began, attempts };
    let mut events = vec![
        Event::Due { wish: one },
        Event::Due { wish: two },
        answered(one, due, began, status, reason, before),
        answered(two, due, began, status, reason, before),
        answered(one, late, began, status, reason, before),
        answered(one, due, late, status, reason, before),
        answered(one, due, began, 503, reason, before),
        answered(one, due, began, status, Reason::NoUnit, before),
        answered(one, due, began, status, reason, Seen(2)),
        accepted(one, due, began, 1),
        accepted(two, due, began, 1),
        accepted(one, late, began, 1),
        accepted(one, due, late, 1),
        accepted(one, due, began, 2),
        Event::GaveUp { wish: one, due },
        Event::GaveUp { wish: two, due },
        Event::GaveUp { wish: one, due: late },
    ];
    events.extend([Event::Retransmitted, Event::Withheld, Event::Hopped, Event::NoSeat, Event::Withdrawn]);
    events.extend([Event::Shed, Event::Crashed, Event::Restarted]);
    for on in [false, true] {
        events.extend([Event::Retrying { on }, Event::Silence { on }, Event::Role { active: on }]);
    }
    for (standbys, ports) in [(1, 2), (99, 2), (1, 99)] {
        events.push(Event::TakeoverRefused { standbys, ports });
    }
    events
}

fn of_booking(feature: Feature, endpoint: NodeId, other: NodeId, asked: Instant, late: Instant) -> Vec<Event> {
    let (reason, free, operator) = (Reason::NoUnit, 1, Feature::Operator);
    let denied = |feature, endpoint, reason, asked, free| Event::Denied { feature, endpoint, reason, asked, free };
    let mut events = vec![
        denied(feature, endpoint, reason, asked, free),
        denied(operator, endpoint, reason, asked, free),
        denied(feature, other, reason, asked, free),
        denied(feature, endpoint, Reason::GraceNoNew, asked, free),
        denied(feature, endpoint, reason, late, free),
        denied(feature, endpoint, reason, asked, 99),
        Event::Granted { feature, endpoint, asked: late, queued: false },
        Event::Granted { feature, endpoint, asked, queued: true },
        Event::Grace { feature, on: true },
        Event::Booked { feature, pbx: 1, units: 1 },
        Event::Booked { feature, pbx: 99, units: 1 },
        Event::Booked { feature, pbx: 1, units: 99 },
        Event::Recalled { feature, pbx: 1, units: 1 },
        Event::Recalled { feature, pbx: 99, units: 1 },
        Event::Recalled { feature, pbx: 1, units: 99 },
        Event::Reclaimed { feature, pbx: 1, until: Instant(1) },
        Event::Reclaimed { feature, pbx: 99, until: Instant(1) },
        Event::Reclaimed { feature, pbx: 1, until: late },
        Event::Quarantine { on: true },
        Event::Quarantine { on: false },
        Event::Frozen,
        Event::Woken,
        Event::Unmet { feature, free: 1, missing: 1 },
        Event::Unmet { feature, free: 99, missing: 1 },
        Event::Unmet { feature, free: 1, missing: 99 },
        Event::Served { waited: Duration(1) },
        Event::Served { waited: Duration(99) },
        Event::Bound { endpoint, new: true },
    ];
    for (feature, endpoint) in [(feature, endpoint), (operator, endpoint), (feature, other)] {
        events.extend([Event::Asked { feature, endpoint }, Event::Queued { feature, endpoint }]);
        events.push(Event::Abandoned { feature, endpoint });
        events.push(Event::Granted { feature, endpoint, asked, queued: false });
    }
    for feature in [feature, operator] {
        events.extend([Event::Renewed { feature }, Event::Grace { feature, on: false }]);
    }
    events.push(Event::Booked { feature: operator, pbx: 1, units: 1 });
    events.push(Event::Unmet { feature: operator, free: 1, missing: 1 });
    for endpoint in [endpoint, other] {
        events.extend([Event::Bound { endpoint, new: false }, Event::Unbound { endpoint, end: End::Left }]);
    }
    let usable = |feature, units, why| Event::Usable { feature, units, why };
    events.extend([usable(feature, 1, Reason::None), usable(operator, 1, Reason::None)]);
    events.extend([usable(feature, 2, Reason::None), usable(feature, 1, Reason::Version)]);
    let ends = [End::Expired, End::Crash, End::LeaseOver, End::GivenBack];
    events.extend(ends.map(|end| Event::Unbound { endpoint, end }));
    events
}

#[test]
fn every_field_of_every_event_is_in_the_digest() {
    let digests: Vec<u64> = events()
        .iter()
        .map(|event| {
            let mut digest = Digest::default();
            digest.fold_all(event.words());
            digest.value()
        })
        .collect();
    assert_distinct(&digests, "events");
    let kinds: BTreeSet<u64> = events().iter().map(|event| event.words()[0] & 0xff).collect();
    let known = (1..=32).chain(60..=63).chain(70..=86);
    assert_eq!(kinds, known.collect(), "an event is missing here, or new");
}
