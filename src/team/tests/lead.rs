//! Tests of heads and of the lease.

use crate::team::{
    AloneReason, Head, HeadContent, HeadRead, Leader, Lease, LeaseStep, MAX_EPOCH, Rank, ReadingRef,
    TEAM_SCHEMA,
};
use std::time::Duration;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn head(rank: Rank) -> Head {
    Head {
        schema: TEAM_SCHEMA.into(),
        version: "0.1.0".into(),
        epoch: 7,
        beat: 1,
        leader: Leader { id: "a1".into(), name: "ann@laptop".into(), rank, read_as: "role/Dev".into() },
        released: false,
        interval_ms: 10_000,
        members: 3,
        reading: None,
    }
}

fn valid(head: Head) -> HeadContent {
    HeadContent::Valid(Box::new(head))
}

fn lease(rank: Rank) -> Lease {
    Lease::new(rank, true, Duration::ZERO)
}

#[test]
fn a_member_follows_until_the_head_was_silent_for_three_intervals() {
    let mut lease = lease(Rank::Person);
    let ann = valid(head(Rank::Person));
    assert_eq!(lease.decide(at(100), HeadRead::Changed(&ann, None)), LeaseStep::Follow);
    assert_eq!(lease.decide(at(130), HeadRead::Same), LeaseStep::Follow);
    assert_eq!(lease.decide(at(131), HeadRead::Same), LeaseStep::Claim);
    assert_eq!(lease.decide(at(132), HeadRead::Changed(&ann, None)), LeaseStep::Follow, "she is back");
    // By the store's own clock, the head is older; but it can't be older than the last read.
    assert_eq!(lease.decide(at(136), HeadRead::Changed(&ann, Some(at(3_600)))), LeaseStep::Follow);
    assert_eq!(lease.decide(at(162), HeadRead::Same), LeaseStep::Follow);
    assert_eq!(lease.decide(at(163), HeadRead::Same), LeaseStep::Claim);
}

#[test]
fn an_empty_store_is_claimed_at_once_and_a_released_lead_soon() {
    assert_eq!(lease(Rank::Person).decide(at(0), HeadRead::Missing), LeaseStep::Claim);
    let mut late = Lease::new(Rank::Person, true, at(2));
    let released = valid(Head { released: true, ..head(Rank::Person) });
    assert_eq!(late.decide(at(0), HeadRead::Changed(&released, None)), LeaseStep::Follow);
    assert_eq!(late.decide(at(3), HeadRead::Same), LeaseStep::Claim);
}

#[test]
fn a_collector_outranks_a_person_and_no_other_collector() {
    let person = valid(head(Rank::Person));
    let collector = valid(head(Rank::Collector));
    assert_eq!(lease(Rank::Collector).decide(at(0), HeadRead::Changed(&person, None)), LeaseStep::Claim);
    assert_eq!(lease(Rank::Collector).decide(at(0), HeadRead::Changed(&collector, None)), LeaseStep::Follow);
    assert_eq!(lease(Rank::Person).decide(at(0), HeadRead::Changed(&collector, None)), LeaseStep::Follow);
}

#[test]
fn a_member_that_can_not_lead_polls_for_itself_without_a_leader() {
    let mut reader = Lease::new(Rank::Person, false, Duration::ZERO);
    let ann = valid(head(Rank::Person));
    assert_eq!(reader.decide(at(0), HeadRead::Missing), LeaseStep::Alone(AloneReason::NoLeader));
    assert_eq!(reader.decide(at(1), HeadRead::Changed(&ann, None)), LeaseStep::Follow);
    assert_eq!(reader.decide(at(32), HeadRead::Same), LeaseStep::Alone(AloneReason::NoLeader));
}

#[test]
fn a_silent_store_is_tolerated_for_three_intervals() {
    let mut lease = lease(Rank::Person);
    assert_eq!(lease.decide(at(0), HeadRead::Failed), LeaseStep::Alone(AloneReason::Unreachable));
    lease.decide(at(1), HeadRead::Changed(&valid(head(Rank::Person)), None));
    assert_eq!(lease.decide(at(31), HeadRead::Failed), LeaseStep::Follow);
    assert_eq!(lease.decide(at(32), HeadRead::Failed), LeaseStep::Alone(AloneReason::Unreachable));
    assert_eq!(lease.decide(at(33), HeadRead::Same), LeaseStep::Claim, "silent for more than 30 s");
}

#[test]
fn another_format_is_left_alone_while_its_leader_lives() {
    let mut lease = lease(Rank::Person);
    let other = HeadContent::parse(br#"{"schema":"portolan.team/2","version":"9.0","epoch":"x"}"#);
    assert_eq!(other, HeadContent::OtherSchema { schema: "portolan.team/2".into(), version: "9.0".into() });
    let alone = LeaseStep::Alone(AloneReason::OtherSchema);
    assert_eq!(lease.decide(at(0), HeadRead::Changed(&other, None)), alone);
    assert_eq!(lease.decide(at(180), HeadRead::Same), alone);
    assert_eq!(lease.decide(at(181), HeadRead::Same), LeaseStep::Claim);
}

#[test]
fn a_leader_gives_up_before_the_others_take_over() {
    let mut lease = lease(Rank::Person);
    lease.win(at(0), 8, at(10));
    assert_eq!(lease.led_epoch(), Some(8));
    assert!(!lease.has_expired(at(25)));
    assert!(lease.has_expired(at(26)), "the others wait for 30 s");
    lease.renew(at(26), at(5));
    assert!(!lease.has_expired(at(38)));
    assert!(lease.has_expired(at(39)));
}

#[test]
fn a_leader_that_can_not_poll_gives_up_and_waits_longer_each_time() {
    let mut lease = lease(Rank::Person);
    let ann = valid(Head { released: true, ..head(Rank::Person) });
    let mut now = 0;
    for hold in [60, 120, 240] {
        lease.win(at(now), 8, at(10));
        lease.note_poll(false, false);
        assert!(lease.must_release(true) && !lease.must_release(false));
        lease.note_poll(false, false);
        lease.note_poll(false, false);
        assert!(lease.must_release(false), "three times in a row");
        lease.give_up(at(now));
        assert_eq!(
            lease.decide(at(now + 1), HeadRead::Changed(&ann, None)),
            LeaseStep::Follow,
            "the others may take over"
        );
        assert_eq!(lease.decide(at(now + hold - 1), HeadRead::Same), LeaseStep::Alone(AloneReason::NoLeader));
        assert_eq!(lease.decide(at(now + hold), HeadRead::Same), LeaseStep::Claim);
        now += hold;
    }
}

#[test]
fn a_head_from_an_attacker_is_bounded_and_clean() {
    let mut evil = head(Rank::Person);
    evil.leader.name = "\u{1b}]52;c;x\u{7}".repeat(500).as_str().into();
    evil.interval_ms = u64::MAX;
    let HeadContent::Valid(read) = HeadContent::parse(&evil.to_bytes()) else { panic!() };
    assert!(read.leader.name.chars().count() <= 60 && !read.leader.name.contains('\u{1b}'));
    assert_eq!(read.interval(), at(60));
    let reading = ReadingRef { epoch: 7, number: 900, base: 1, oldest_delta: 2, services: 1, age_ms: 0 };
    for wrong in [
        ReadingRef { base: 901, ..reading },
        reading,
        ReadingRef { epoch: 8, base: 900, oldest_delta: 900, ..reading },
        ReadingRef { number: u64::MAX, base: u64::MAX, oldest_delta: u64::MAX, ..reading },
        ReadingRef { base: 900, oldest_delta: 900, age_ms: u64::MAX, ..reading },
    ] {
        let bytes = Head { reading: Some(wrong), ..head(Rank::Person) }.to_bytes();
        assert!(matches!(HeadContent::parse(&bytes), HeadContent::Damaged(_)), "{wrong:?}");
    }
    for wrong in [
        Head { epoch: u64::MAX, ..head(Rank::Person) },
        Head { epoch: MAX_EPOCH, ..head(Rank::Person) },
        Head { beat: u64::MAX, ..head(Rank::Person) },
    ] {
        assert!(matches!(HeadContent::parse(&wrong.to_bytes()), HeadContent::Damaged(_)), "{wrong:?}");
    }
    let crowd = Head { members: u32::MAX, ..head(Rank::Person) };
    assert_eq!(HeadContent::parse(&crowd.to_bytes()), valid(Head { members: 1_000, ..crowd }));
    for noise in [&b""[..], b"{", b"[]", b"null", b"{\"schema\":7}", b"\xff\xfe"] {
        assert!(matches!(HeadContent::parse(noise), HeadContent::Damaged(_)));
    }
}
