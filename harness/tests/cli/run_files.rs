//! Run files: where they go, that none is lost, and what happens if one cannot be written.

use std::fs;

use crate::desk::Desk;

#[test]
fn no_run_file_is_written_over_another() {
    let desk = Desk::new();
    (0..3).for_each(|_| assert_eq!(desk.pbxsim("run small.yaml").code, Some(0)));
    assert_eq!(desk.runs().len(), 3);
    let last = desk.pbxsim("show LAST --as json --as json");
    assert_eq!(last.code, Some(2), "a flag twice is a slip");
}

#[test]
fn last_is_the_newest() {
    let desk = Desk::new();
    desk.pbxsim("run failing.yaml");
    desk.pbxsim("run small.yaml --seed 99");
    assert_eq!(desk.pbxsim("show LAST --as json").json()["seed"], 99);
}

#[test]
fn out_makes_its_folder_and_replaces_an_older_run() {
    let desk = Desk::new();
    for seed in [1, 2] {
        let answer = desk.pbxsim(&format!("run small.yaml --seed {seed} --out out/small.pbxrun"));
        assert_eq!(answer.code, Some(0), "{}", answer.errors);
        assert!(answer.output.contains("pbxsim show out/small.pbxrun --as json"), "{}", answer.output);
    }
    assert_eq!(desk.pbxsim("show out/small.pbxrun --as json").json()["seed"], 2);
    assert!(desk.runs().is_empty());
}

#[test]
fn a_run_file_that_cannot_be_written_ends_with_3_after_the_summary() {
    let desk = Desk::new();
    let no_folder = |desk: &Desk| fs::write(desk.path().join("runs"), "in the way").expect("a file");
    no_folder(&desk);
    let answer = desk.pbxsim("run small.yaml");
    assert_eq!(answer.code, Some(3));
    assert!(answer.output.starts_with("A small morning"), "{}", answer.output);
    assert!(answer.errors.starts_with("error: runs was not written"), "{}", answer.errors);
    // Also for root, nothing can be made there.
    let answer = desk.pbxsim("run failing.yaml --out /proc/small.pbxrun --as json");
    assert_eq!((answer.code, &answer.json()["verdict"]), (Some(3), &"fail".into()));
    assert!(answer.errors.contains("/proc/small.pbxrun was not written"), "{}", answer.errors);
}

#[test]
fn a_disk_without_room_leaves_nothing_behind() {
    let desk = Desk::new();
    let answer = desk.shell("trap '' XFSZ; ulimit -f 1; $pbxsim run small.yaml");
    assert_eq!(answer.code, Some(3), "{}", answer.errors);
    assert!(answer.output.contains("PASS") && answer.errors.contains("was not written"), "{}", answer.errors);
    assert!(desk.runs().is_empty());
}

#[test]
fn a_disk_without_room_leaves_the_old_file_as_it_was() {
    let desk = Desk::new();
    desk.pbxsim("run small.yaml --seed 1 --out old.pbxrun");
    desk.write("old.html", "<p>old</p>");
    let before = fs::read(desk.path().join("old.pbxrun")).expect("a run file");
    for line in [
        "run small.yaml --seed 2 --out old.pbxrun",
        "show old.pbxrun --as html --out old.html",
        "trace old.pbxrun worst --as html --out old.html",
    ] {
        let answer = desk.shell(&format!("trap '' XFSZ; ulimit -f 1; $pbxsim {line}"));
        assert_eq!(answer.code, Some(3), "{line}: {}", answer.errors);
        assert!(answer.errors.contains("was not written"), "{line}: {}", answer.errors);
    }
    assert_eq!(fs::read(desk.path().join("old.pbxrun")).expect("a run file"), before);
    assert_eq!(desk.read("old.html"), "<p>old</p>");
    assert_eq!(fs::read_dir(desk.path()).expect("a folder").count(), 4, "nothing is left over");
}

#[test]
fn a_folder_that_cannot_be_written_to_ends_show_with_3() {
    let desk = Desk::new();
    desk.pbxsim("run small.yaml --out small.pbxrun");
    for line in [
        "show small.pbxrun --as html --out /proc/page.html",
        "show small.pbxrun --as html --split --out /proc/page.html",
    ] {
        let answer = desk.pbxsim(line);
        assert_eq!((answer.code, answer.output.as_str()), (Some(3), ""), "{line}");
        assert!(answer.errors.contains("was not written"), "{line}: {}", answer.errors);
    }
}

#[test]
fn a_damaged_run_file_is_named_as_such() {
    let desk = Desk::new();
    desk.pbxsim("run small.yaml --out small.pbxrun");
    let path = desk.path().join("small.pbxrun");
    let bytes = fs::read(&path).expect("the run file");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("half of it");
    let answer = desk.pbxsim("show small.pbxrun");
    assert_eq!(answer.code, Some(2));
    assert!(answer.errors.contains("small.pbxrun cannot be read: it is cut off"), "{}", answer.errors);
}
