//! Starts RabbitMQ, MongoDB and S3 for tests that are not in Rust. It prints their addresses, one `NAME=value` a line, and ends the servers
//! when its standard input ends.

#![allow(clippy::unwrap_used, reason = "a server that cannot be started ends the program")]

use mapreel_testkit::servers::{mongodb::MongoDb, rabbitmq::RabbitMq, s3::BUCKET, s3::S3};

fn main() {
    // The servers are started in parallel, since each takes some seconds.
    let rabbitmq = std::thread::spawn(RabbitMq::start);
    let mongodb = MongoDb::start().unwrap();
    let rabbitmq = rabbitmq.join().unwrap().unwrap();
    let s3 = S3::start();
    println!("BROKER={}\nSTORE={}\nBUCKET={BUCKET}", rabbitmq.url(), mongodb.database("mapreel"));
    s3.environment().iter().for_each(|(name, value)| println!("{name}={value}"));
    println!();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}
