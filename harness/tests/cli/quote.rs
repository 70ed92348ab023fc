//! `pbxsim quote`: units by licence and price tier, with the user's own prices.

use crate::desk::Desk;

const OFFICE: &str = "\
pbxsim: 1
lasts: 1 h
cluster:
  hq:    { role: master, runs: [linux-ap] }
  spare: { role: standby, stands-in-for: hq }
licences: { hq: { PBX-Port12: 480 } }
users:
  desk:    { count: 510 }
  planner: { count: 20, features: { mypbx: all, video: 10, fax: 5 } }
  hot:     { count: 200, signed-in: 8 h, away: 16 h }
";

const PRICES: &str = "\
licence,price
# as of today
PBX-Port12,100
PBX-Port 12%500,90.50
PBX-Standby12,30
PBX-Standby12%500,25
PBX-myPBX12,40
PBX-Video12,40
PBX-UC12,60.25
";

#[test]
fn quote_says_what_to_order_by_tier() {
    let desk = Desk::empty();
    desk.write("office.yaml", OFFICE);
    let answer = desk.pbxsim("quote office.yaml");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output);
}

#[test]
fn quote_counts_with_the_users_own_prices() {
    let desk = Desk::empty();
    desk.write("office.yaml", OFFICE);
    desk.write("prices.csv", PRICES);
    let answer = desk.pbxsim("quote office.yaml --prices prices.csv");
    assert_eq!((answer.code, answer.errors.as_str()), (Some(0), ""));
    assert!(answer.output.lines().all(|line| line.chars().count() <= 80), "{}", answer.output);
    insta::assert_snapshot!(answer.output);
    let json = desk.pbxsim("quote office.yaml --prices prices.csv --as json").json();
    let orders = &json["quotes"][0]["orders"];
    assert_eq!((&orders[1]["licence"], &orders[1]["each"]), (&"PBX-Port12%500".into(), &9050.into()));
}

#[test]
fn quote_of_what_is_there_is_empty() {
    let desk = Desk::empty();
    desk.write("one.yaml", "pbxsim: 1\nlasts: 1 h\nlicences: { master: { PBX-Port12: 1 } }\nusers: { desk: {} }\n");
    assert_eq!(desk.pbxsim("quote one.yaml").output, "one.yaml: nothing to order.\n");
}

#[test]
fn quote_refuses_a_wrong_price_list_at_its_line() {
    let desk = Desk::empty();
    desk.write("office.yaml", OFFICE);
    for (list, said) in [
        ("name,price\n", "error: prices.csv has no columns licence and price\n"),
        (
            "licence,price\nPBX-Prot12,1\n",
            "error: prices.csv:2 no licence of the catalogue is called \"PBX-Prot12\": did you mean \"PBX-Port12\"?\n",
        ),
        (
            "licence,price\nPBX-Port12,1\nPBX-Fax12,-3\n",
            "error: prices.csv:3 \"-3\" is not a price: write 95 or 95.00\n",
        ),
        ("licence,price\nPBX-Port12,1\nPBX-Port12,2\n", "error: prices.csv:3 a second price of PBX-Port12\n"),
    ] {
        desk.write("prices.csv", list);
        let answer = desk.pbxsim("quote office.yaml --prices prices.csv");
        assert_eq!((answer.code, answer.output.as_str()), (Some(2), ""), "{list}");
        assert!(answer.errors.starts_with(said), "{list}: {}", answer.errors);
    }
    assert_eq!(desk.pbxsim("quote office.yaml --prices none.csv").code, Some(2));
    assert_eq!(desk.pbxsim("quote").code, Some(2));
}
