//! Lists and numbers of jobs, for each back-end.

use super::bench::{Bench, animation, image, laws, submit};
use mapreel_queue::{Cursor, Filter, NewJob, Service, State};

laws!(counts_and_lists_agree, jobs_are_searched_without_case);

async fn counts_and_lists_agree(bench: Bench) {
    let queue = bench.open().await;
    let ids = [submit(&*queue, image()).await, submit(&*queue, animation(&[3])).await, submit(&*queue, image()).await];
    queue.cancel(ids[2]).await.unwrap();
    let counts = queue.counts().await.unwrap();
    assert_eq!(counts.jobs.get(&("image".into(), "PENDING".into())), Some(&1));
    assert_eq!(counts.jobs.get(&("image".into(), "CANCELLED".into())), Some(&1));
    assert!(counts.oldest_pending.is_some());
    let list =
        async |filter: Filter| queue.jobs(filter).await.unwrap().into_iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(list(Filter { limit: 2, ..Filter::default() }).await, [ids[2], ids[1]]);
    assert_eq!(list(Filter { limit: 2, cursor: Some(Cursor::OlderThan(ids[1])), ..Filter::default() }).await, [ids[0]]);
    assert_eq!(
        list(Filter { limit: 2, cursor: Some(Cursor::NewerThan(ids[0])), ..Filter::default() }).await,
        [ids[2], ids[1]]
    );
    assert_eq!(list(Filter { limit: 1, cursor: Some(Cursor::NewerThan(ids[0])), ..Filter::default() }).await, [ids[1]]);
    assert_eq!(list(Filter { limit: 9, owner: Some("nobody".into()), ..Filter::default() }).await, []);
    assert_eq!(list(Filter { limit: 9, service: Some(Service::Animation), ..Filter::default() }).await, [ids[1]]);
    assert_eq!(list(Filter { limit: 9, state: Some(State::Cancelled), ..Filter::default() }).await, [ids[2]]);
}

async fn jobs_are_searched_without_case(bench: Bench) {
    let queue = bench.open().await;
    let titled = |title: &str| NewJob { title: Some(title.into()), ..image() };
    let [ocean, sky] = [submit(&*queue, titled("Ärmelkanal (50 %) [a.b]")).await, submit(&*queue, titled("Sky")).await];
    submit(&*queue, image()).await;
    let found = async |search: &str| {
        let filter = Filter { limit: 9, search: Some(search.into()), ..Filter::default() };
        queue.jobs(filter).await.unwrap().into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(found("äRMEL").await, [ocean]);
    assert_eq!(found("(50 %) [A.B]").await, [ocean]);
    assert_eq!(found("sk").await, [sky]);
    assert_eq!(found(&sky.to_string()[20..]).await, [sky]);
    assert_eq!(found("SOMEBODY").await, [], "owners are told to nobody");
    assert_eq!(found("a?b").await, []);
    assert_eq!(found("s.y").await, []);
    queue.cancel(sky).await.unwrap();
    assert_eq!(found("sky").await, [sky]);
}
