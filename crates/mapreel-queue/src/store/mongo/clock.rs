//! Leases are measured by the database's time, so the clocks of the machines of a cluster need not agree.

use super::operations::within;
use crate::model::{Clock, DatabaseTime, Time};
use crate::{Error, Task};
use mongodb::Database;
use mongodb::bson::doc;
use std::sync::Weak;
use std::time::{Duration, Instant};

/// How often the database's time is read. Between two readings, this machine's clock drifts by less than a millisecond.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// An answer that took longer is not used: the moment at which the database read its clock is too uncertain.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(500);

/// The clock of the database, and the task that corrects it until `alive` is dropped.
pub(super) async fn start(database: Database, alive: Weak<()>) -> Result<(Clock, Task), Error> {
    let (time, asked, _) = ask(&database).await?;
    let clock = DatabaseTime::new(time, asked);
    let corrected = clock.clone();
    let task = Task::new("clock", move || correct(database.clone(), corrected.clone(), alive.clone()));
    Ok((Clock::Database(clock), task))
}

async fn correct(database: Database, clock: DatabaseTime, alive: Weak<()>) {
    loop {
        crate::failpoint::hit("clock", None);
        tokio::time::sleep(ASK_EVERY).await;
        if alive.strong_count() == 0 {
            return;
        }
        if let Ok((time, asked, round_trip)) = ask(&database).await
            && round_trip < ROUND_TRIP_MAX
        {
            clock.correct(time, asked);
        }
    }
}

/// The database's time, the moment by this machine's clock at which it was read, and the round-trip time.
async fn ask(database: &Database) -> Result<(Time, Instant, Duration), Error> {
    let (hello, is_master) = (database.clone(), database.clone());
    let mut began = Instant::now();
    let mut answer = within(async move { hello.run_command(doc! { "hello": 1 }).await }).await;
    if answer.is_err() {
        // The command's name before MongoDB 4.4.2, and in some servers that only implement MongoDB's protocol.
        began = Instant::now();
        answer = within(async move { is_master.run_command(doc! { "isMaster": 1 }).await }).await;
    }
    let answer = answer?;
    let round_trip = began.elapsed();
    let time = answer.get_datetime("localTime").map_err(|_| Error::Store("it does not tell its time".into()))?;
    Ok((Time(time.timestamp_millis()), began + round_trip / 2, round_trip))
}
