//! The states of a job and of its parts, and every transition between them: pure functions of the record, the time and the event.
//!
//! ```text
//! job    PENDING ──claim──▶ RUNNING ──last part finished──▶ SUCCESS ──its time is over──▶ EXPIRED
//!           ▲  └──────┐      │ │ └──permanent failure, or no attempt left──▶ FAILED
//!           └─────────│──────┘ │
//!        all handed   └────────┴──cancel──▶ CANCELLED
//!        back                               SUCCESS, FAILED, CANCELLED and EXPIRED never lead back
//!
//! part   WAITING ──earlier stage done──▶ READY ──claim──▶ RUNNING ──finish──▶ DONE
//!                                          ▲                 │
//!                                          └─────────────────┘ release · failure that may pass · lease over · owner dead
//! ```
//!
//! A part's *token* grows with every claim. Heartbeat, finish, failure and release name the token that they were given; with
//! an older one they change nothing.
//!
//! Each file has the transitions that one actor makes: a client (`creation`, `ending`), a worker (`claiming`, `holding`), maintenance
//! (`rescue`, `ageing`, `repreparing`). `steps` has what several transitions share; `schedule` has the values by which a store searches.

mod ageing;
mod claiming;
mod creation;
mod ending;
mod holding;
mod repreparing;
mod rescue;
mod schedule;
mod steps;
