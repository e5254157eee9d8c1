//! Law 18, for each back-end.

use super::bench::{ANY, Bench, image, laws, outcome, submit};
use bytes::Bytes;
use mapreel_queue::NewJob;

laws!(law_18_requests_are_stored_without_padding, law_18_requests_end_with_their_job);

async fn law_18_requests_are_stored_without_padding(bench: Bench) {
    let queue = bench.open().await;
    let padded = format!("{{ \"b\": [1.50, \" \"],{}\"a\" : null,\n\"a\": -0e2 }}", " ".repeat(500_000));
    let id = submit(&*queue, NewJob { document: Bytes::from(padded), ..image() }).await;
    assert_eq!(&queue.request(id).await.unwrap().unwrap()[..], br#"{"b":[1.50," "],"a":null,"a":-0e2}"#);
    let job = queue.job(id).await.unwrap().unwrap();
    assert_eq!(job.request_sha256, "ab", "of what was sent");
}

async fn law_18_requests_end_with_their_job(bench: Bench) {
    let queue = bench.open().await;
    let [open, cancelled, done] =
        [submit(&*queue, image()).await, submit(&*queue, image()).await, submit(&*queue, image()).await];
    queue.cancel(cancelled).await.unwrap();
    let mut claims = vec![queue.claim(ANY, &[]).await.unwrap().unwrap(), queue.claim(ANY, &[]).await.unwrap().unwrap()];
    let finished = claims.remove(claims.iter().position(|claim| claim.lease.job == done).unwrap());
    assert!(queue.finish(&finished.lease, None, outcome()).await.unwrap());
    let kept = async || {
        queue.tend().await.unwrap();
        let mut kept = Vec::new();
        for id in [open, cancelled, done] {
            assert!(queue.job(id).await.unwrap().is_some(), "the record is kept longer");
            kept.push(queue.request(id).await.unwrap().is_some());
        }
        kept
    };
    bench.pass(999);
    assert_eq!(kept().await, [true, true, true]);
    bench.pass(2);
    assert_eq!(kept().await, [true, false, false]);
    queue.cleaned(done).await.unwrap();
    queue.cleaned(cancelled).await.unwrap();
    assert_eq!(kept().await, [true, false, false]);
}
