use super::*;
use proptest::prelude::*;
use std::time::Duration;

fn window(days: &[Weekday], start: &str, end: &str, zone: &str) -> MaintenanceWindow {
    MaintenanceWindow {
        days: days.to_vec(),
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        timezone: zone.parse().unwrap(),
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn freeze(from: &str, until: &str) -> FreezePeriod {
    FreezePeriod { from: at(from), until: at(until), reason: "sale".to_owned() }
}

fn next(windows: &[MaintenanceWindow], freezes: &[FreezePeriod], from: &str) -> String {
    Calendar { windows, freezes }.next_open(at(from)).to_rfc3339()
}

#[test]
fn without_windows_it_is_always_open() {
    assert_eq!(next(&[], &[], "2026-11-21T10:00:00Z"), "2026-11-21T10:00:00Z");
}

#[test]
fn a_window_opens_at_its_local_time_and_its_end_is_outside() {
    // 2026-11-21 is a Saturday.
    let nightly = [window(Weekday::ALL, "02:00", "04:00", "Europe/Paris")];
    for (from, opens) in [
        ("2026-11-21T00:59:59Z", "2026-11-21T01:00:00Z"),
        ("2026-11-21T01:00:00Z", "2026-11-21T01:00:00Z"),
        ("2026-11-21T02:59:59Z", "2026-11-21T02:59:59Z"),
        ("2026-11-21T03:00:00Z", "2026-11-22T01:00:00Z"),
        ("2026-07-21T03:00:00Z", "2026-07-22T00:00:00Z"),
    ] {
        assert_eq!(next(&nightly, &[], from), opens, "from {from}");
    }
    let weekly = [window(&[Weekday::Mon], "02:00", "04:00", "UTC")];
    assert_eq!(next(&weekly, &[], "2026-11-21T03:00:00Z"), "2026-11-23T02:00:00Z");
    assert_eq!(next(&weekly, &[], "2026-11-23T04:00:00Z"), "2026-11-30T02:00:00Z");
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_starts_on() {
    let friday = [window(&[Weekday::Fri], "22:00", "04:00", "UTC")];
    assert_eq!(next(&friday, &[], "2026-11-21T03:59:59Z"), "2026-11-21T03:59:59Z");
    assert_eq!(next(&friday, &[], "2026-11-20T03:00:00Z"), "2026-11-20T22:00:00Z");
    assert_eq!(next(&friday, &[], "2026-11-21T04:00:00Z"), "2026-11-27T22:00:00Z");
    let saturday = [window(&[Weekday::Sat], "00:00", "24:00", "UTC")];
    assert_eq!(next(&saturday, &[], "2026-11-21T23:59:59Z"), "2026-11-21T23:59:59Z");
    assert_eq!(next(&saturday, &[], "2026-11-22T00:00:00Z"), "2026-11-28T00:00:00Z");
}

#[test]
fn a_window_in_the_hour_that_clocks_skip_opens_when_they_go_on() {
    // On 2026-03-29 clocks in Paris go from 02:00 to 03:00.
    let half_in = [window(&[Weekday::Sun], "02:30", "04:00", "Europe/Paris")];
    assert_eq!(next(&half_in, &[], "2026-03-29T00:00:00Z"), "2026-03-29T01:00:00Z");
    let inside = [window(&[Weekday::Sun], "02:10", "02:50", "Europe/Paris")];
    assert_eq!(next(&inside, &[], "2026-03-29T00:00:00Z"), "2026-04-05T00:10:00Z");
}

#[test]
fn a_window_in_the_hour_that_comes_twice_is_open_both_times() {
    // On 2026-10-25 clocks in Paris go from 03:00 back to 02:00.
    let twice = [window(&[Weekday::Sun], "02:00", "03:00", "Europe/Paris")];
    let calendar = Calendar { windows: &twice, freezes: &[] };
    for open in
        ["2026-10-25T00:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z", "2026-10-25T01:59:59Z"]
    {
        assert_eq!(calendar.closed(at(open)), None, "{open}");
    }
    assert_eq!(calendar.closed(at("2026-10-25T02:00:00Z")), Some(Closed::OutsideWindows));
}

#[test]
fn a_freeze_ends_in_the_next_window_after_it() {
    let nightly = [window(Weekday::ALL, "02:00", "04:00", "UTC")];
    let freezes = [
        freeze("2026-11-20T00:00:00Z", "2026-11-24T12:00:00Z"),
        freeze("2026-11-25T00:00:00Z", "2026-11-26T03:00:00Z"),
    ];
    assert_eq!(next(&nightly, &freezes, "2026-11-21T02:30:00Z"), "2026-11-26T03:00:00Z");
    assert_eq!(next(&[], &freezes, "2026-11-21T02:30:00Z"), "2026-11-24T12:00:00Z");
}

#[test]
fn times_and_zones_are_read_strictly() {
    for text in ["2:00", "02:60", "24:01", "02:00:00", "", "0a:00", "+2:00"] {
        assert!(text.parse::<TimeOfDay>().is_err(), "{text}");
    }
    assert_eq!("24:00".parse(), Ok(TimeOfDay::END_OF_DAY));
    assert_eq!("09:05".parse::<TimeOfDay>().unwrap().to_string(), "09:05");
    assert!("Europe/Atlantis".parse::<TimeZone>().is_err());
    assert_eq!(TimeZone::default().to_string(), "UTC");
}

pub(crate) fn any_window() -> impl Strategy<Value = MaintenanceWindow> {
    let zones = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
    (1_u8..128, 0_u16..1440, 1_u16..=1440, prop::sample::select(zones.to_vec())).prop_filter_map(
        "a window has a length",
        |(days, start, end, zone)| {
            let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
            let days: Vec<_> = Weekday::ALL
                .iter()
                .enumerate()
                .filter(|(bit, _)| days >> bit & 1 == 1)
                .map(|(_, day)| *day)
                .collect();
            (start != end).then(|| window(&days, &text(start), &text(end), zone))
        },
    )
}

pub(crate) fn any_freeze() -> impl Strategy<Value = FreezePeriod> {
    (0_u64..800 * 86_400, 1_u64..60 * 86_400).prop_map(|(from, length)| {
        let from = Timestamp::from_unix_seconds(1_800_000_000).plus(Duration::from_secs(from));
        FreezePeriod { from, until: from.plus(Duration::from_secs(length)), reason: "quiet".to_owned() }
    })
}

proptest! {
    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(
        windows in prop::collection::vec(any_window(), 0..3), freezes in prop::collection::vec(any_freeze(), 0..3),
        from in 0_u64..800 * 86_400, probe in 0.0_f64..1.0,
    ) {
        let from = Timestamp::from_unix_seconds(1_800_000_000).plus(Duration::from_secs(from));
        let calendar = Calendar { windows: &windows, freezes: &freezes };
        let opens = calendar.next_open(from);
        prop_assert!(opens >= from);
        prop_assert_eq!(calendar.closed(opens), None);
        let between = from.plus(opens.since(from).mul_f64(probe));
        prop_assert!(between >= opens || calendar.closed(between).is_some());
    }
}
