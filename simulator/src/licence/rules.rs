//! The vendor's licence rules R1-R92 (model V12r2), one sentence each: what an audit and a refusal quote.

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// 34 of R34.
    pub number: u8,
    /// What it is good for here.
    pub kind: Kind,
    /// What it says.
    pub sentence: &'static str,
}

/// What a rule is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Changes what happens.
    Behaviour,
    /// Names, prices and the portal: checked without a run.
    Catalogue,
    /// Says something that nothing here depends on.
    Prose,
}

const fn sim(number: u8, sentence: &'static str) -> Rule {
    Rule { number, kind: Kind::Behaviour, sentence }
}

const fn cat(number: u8, sentence: &'static str) -> Rule {
    Rule { number, kind: Kind::Catalogue, sentence }
}

const fn prose(number: u8, sentence: &'static str) -> Rule {
    Rule { number, kind: Kind::Prose, sentence }
}

/// The rule of that number, from 1 to 92.
pub fn rule(number: u8) -> &'static Rule {
    &RULES[usize::from(number.clamp(1, 92)) - 1]
}

/// All of them, in order.
pub static RULES: [Rule; 92] = [
    prose(1, "Each function of the PBX has a licence of its own; they combine freely."),
    cat(2, "The licences of a project are kept in one portal, and bound to devices there."),
    cat(3, "A licence has one technical name, in the portal and in the PBX."),
    sim(4, "A PBX runs on a gateway, or as a virtual appliance (IPVA) in VMware."),
    sim(5, "Several sites are licensed centrally or decentrally."),
    sim(6, "Centrally, the licence master has the licences and the other PBXs book them there."),
    prose(7, "Decentral licences are possible, but not advised."),
    sim(8, "A PBX with licences of its own cannot use those of the licence master."),
    sim(9, "A mixture is possible only by whole PBXs: each is central or decentral."),
    sim(10, "A decentral PBX that runs short still gets nothing from the licence master."),
    sim(11, "Every licence has a version, but hardware licences."),
    sim(12, "The software of a PBX has a version."),
    sim(13, "A licence works if its version is that of the software, or newer."),
    sim(14, "A V12 licence activates V12, V11 and V10; a V11 licence never V12."),
    sim(15, "The oldest licence says how new the software of the whole installation may be."),
    sim(16, "Up to that version, licences of all versions count together."),
    sim(17, "Newer software stops the installation while older licences are bound."),
    sim(18, "Once the older licences are removed, the others work with the newer software."),
    sim(19, "The interfaces of a gateway are enabled by BRI, PRI and channel licences."),
    cat(20, "They are called Relay-BRIs, Relay-PRIs and Relay-Channels."),
    sim(21, "One per interface needed, or per channel needed."),
    sim(22, "Hardware licences stay in their box for ever."),
    sim(23, "Hardware licences have no version."),
    sim(24, "ISDN and conferences share the channel licences of a box."),
    sim(25, "IP311 and IP411 come with all hardware licences."),
    sim(26, "A PBX on an IPVA needs as many IPVA licences as ports in use there."),
    sim(27, "A port used on an IPVA books an IPVA licence with it, and frees it with it."),
    sim(28, "An IPVA licence works if its version is that of the PBX software, or newer."),
    sim(29, "IPVA licences belong to the MAC address of the appliance and never leave it."),
    sim(30, "One port licence per port, booked while it is in use."),
    sim(31, "Users, executives and trunks need a port, however many devices they have."),
    sim(32, "Groups and waiting queues need no port."),
    sim(
        33,
        "One port each: a user with several devices, a SIP answering machine, an analogue telephone, a trunk, a Call Me button.",
    ),
    sim(34, "A port is booked with the first registered device and freed with the last."),
    sim(35, "A port licence works if its version is that of the PBX software, or newer."),
    cat(36, "Ports become cheaper from the 501st, 1001st, 2001st and 5001st installed."),
    cat(37, "The price tiers are called %500, %1000, %2000 and %5000."),
    sim(38, "If a PBX fails, another one, master or slave, can take over."),
    sim(39, "Standby licences are bound at the licence master, whoever uses them."),
    cat(40, "Standby licences have the price tiers of ports."),
    sim(41, "A standby works only with at least as many standby licences as port licences."),
    sim(42, "A standby licence works if its version is that of the PBX software, or newer."),
    sim(43, "One conferencing licence per user who manages rooms, however many rooms."),
    sim(44, "How many can take part in a conference depends on the channels, not on this licence."),
    sim(45, "Conferencing is booked when it is configured; its version is that of the software or newer."),
    cat(46, "Its name is PBX-App(innovaphone-pbx-conference)."),
    sim(47, "One myPBX licence per user, booked when configured; it is part of UC."),
    sim(48, "One video licence per user; it works only with myPBX; it is part of UC."),
    sim(49, "One application sharing licence per user; it works only with myPBX; it is part of UC."),
    sim(50, "One fax licence per user; it needs the Linux platform (no IP1130); it is part of UC."),
    sim(51, "Voicemail has two models: as many as ports, or (from V10) one per user."),
    cat(52, "Old voicemail is priced as the first, the 2nd to 250th, and from the 251st of a device."),
    sim(53, "A voicemail user licence does not work on software V9 or older."),
    sim(54, "The two models of voicemail cannot be mixed; old licences keep the old model."),
    sim(55, "Voicemail is part of UC."),
    sim(56, "One mobility licence per user: the mobile phone is one more device of the user."),
    sim(57, "UC is myPBX, video, voicemail, mobility, fax and application sharing of one user."),
    sim(58, "UC cannot be divided."),
    cat(59, "In UC the parts cost more than 49 % less than one by one."),
    sim(
        60,
        "UC has no port, standby, IPVA, conferencing, WebRTC, reporting, recording, queue monitor, operator or softphone.",
    ),
    sim(61, "One WebRTC channel per simultaneous call from a browser."),
    sim(62, "WebRTC needs a port and myPBX or UC of the user besides."),
    prose(63, "The toolbox for web pages is included; a browser that knows WebRTC is needed."),
    sim(64, "The mobile app needs a port and myPBX or UC, and no further licence."),
    sim(65, "One reporting licence per user or trunk in the analysis, booked when configured."),
    sim(66, "Each PBX that records needs a base licence; the first user is in it."),
    cat(67, "Base and user licence of recording have the same technical name."),
    sim(68, "One recording licence per recorded user; it is kept in the PBX."),
    sim(69, "Recording needs reporting for the user and for the trunk."),
    sim(70, "Recording needs a PBX from V10 on, its reporting V10 SR12."),
    sim(71, "A recorder records who is registered at its PBX: a slave needs one of its own."),
    sim(72, "A standby needs no licence of its own for the recorder."),
    sim(73, "One queue monitor licence per queue shown; its version counts against that application."),
    sim(74, "One operator licence per running application; its version counts against that application."),
    sim(75, "One softphone licence per registered softphone; its version counts against the PBX."),
    cat(76, "From decentral to central: all licences go to one licence master."),
    cat(77, "That needs version 8 or newer."),
    cat(78, "Released licences go to the balance of the project."),
    cat(
        79,
        "Converted in the balance, a licence loses its service agreement and a new year is charged; bound directly, it keeps it.",
    ),
    cat(80, "From the balance a licence can be bound to any device."),
    cat(81, "From V8 on a licence can move to another device of the same company."),
    cat(82, "Licences of V6 and V7, IPVA and hardware licences never leave their device."),
    cat(83, "Under a service agreement licences become those of newer versions at no cost, but for new functions."),
    cat(84, "A service agreement is paid with credits, which can be bought at any time."),
    cat(85, "The date a licence was first bound decides how its service agreement is counted."),
    cat(86, "There is a reminder before the agreement ends, and automatic renewal for who wants it."),
    cat(87, "A device has one year of warranty, which can become five."),
    cat(88, "An extension of the warranty belongs to one device."),
    cat(89, "A warranty is extended once: all years together."),
    cat(90, "It is extended at the purchase at once, or within the first twelve months."),
    prose(91, "Errors, availability and changes reserved."),
    prose(92, "What the functions do."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_at_their_numbers() {
        for (index, rule) in (1..).zip(&RULES) {
            assert_eq!(rule.number, index);
            assert!(rule.sentence.ends_with('.') && rule.sentence.len() > 10, "R{index}");
        }
        assert_eq!(rule(41).number, 41);
    }
}
