//! What is said between machines and not kept: heard by whoever listens, or by nobody.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use async_nats::{Request, Subject};
use futures_util::StreamExt as _;
use tokio::time::sleep;

use super::link::{Link, PATIENCE};
use super::trouble::Trouble;

/// Something asked, to be answered.
pub(super) struct Asked {
    pub(super) payload: Vec<u8>,
    reply: Option<Subject>,
}

impl Link {
    /// Hears what is said on a subject from now on; what `answer` returns goes back to who asked.
    pub(super) fn hear(
        &self,
        subject: &str,
        mut answer: impl FnMut(&[u8]) -> Option<Vec<u8>> + Send + 'static,
    ) -> Result<(), Trouble> {
        let client = self.client.clone();
        let heard = self.runtime.block_on(async {
            let heard = client.subscribe(subject.to_owned()).await.map_err(|error| error.to_string())?;
            client.flush().await.map_err(|error| error.to_string())?;
            Ok(heard)
        });
        let mut heard = heard.map_err(|why: String| self.silent(&why))?;
        self.runtime.spawn(async move {
            while let Some(message) = heard.next().await {
                if let (Some(answer), Some(reply)) = (answer(&message.payload), message.reply)
                    && let Err(error) = client.publish(reply, answer.into()).await
                {
                    tracing::debug!(%error, "an answer was not sent");
                }
            }
        });
        Ok(())
    }

    /// What is asked on a subject from now on, one after the other; answered with [`Self::answer`].
    pub(super) fn asked(&self, subject: &str) -> Result<Receiver<Asked>, Trouble> {
        let (sender, receiver) = channel();
        let asked = self.runtime.block_on(self.client.subscribe(subject.to_owned()));
        let mut asked = asked.map_err(|error| self.silent(&error.to_string()))?;
        self.runtime.spawn(async move {
            while let Some(message) = asked.next().await {
                let asked = Asked { payload: message.payload.to_vec(), reply: message.reply };
                if sender.send(asked).is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }

    /// Answers who asked.
    pub(super) fn answer(&self, asked: Asked, answer: Vec<u8>) {
        if let Some(reply) = asked.reply {
            self.say(reply.as_str(), answer);
        }
    }

    /// Asks somebody; `None`: no answer in that time.
    pub(super) fn ask(&self, subject: &str, payload: Vec<u8>, time: Duration) -> Option<Vec<u8>> {
        let request = Request::new().payload(payload.into()).timeout(Some(time));
        let answer = self.runtime.block_on(self.client.send_request(subject.to_owned(), request));
        answer.map(|answer| answer.payload.to_vec()).ok()
    }

    /// Says something that is not kept.
    pub(super) fn say(&self, subject: &str, payload: Vec<u8>) {
        let said = self.runtime.block_on(async {
            self.client.publish(subject.to_owned(), payload.into()).await.map_err(|error| error.to_string())?;
            tokio::time::timeout(PATIENCE, self.client.flush())
                .await
                .map_err(|_| "no answer".to_owned())?
                .map_err(|error| error.to_string())
        });
        if let Err(error) = said {
            tracing::debug!(error, subject, "not said");
        }
    }

    /// Asks everybody who listens, and returns what came within that time.
    pub(super) fn ask_all(&self, subject: &str, time: Duration) -> Vec<Vec<u8>> {
        self.runtime.block_on(async {
            let inbox = self.client.new_inbox();
            let Ok(mut answers) = self.client.subscribe(inbox.clone()).await else { return Vec::new() };
            let asked = self.client.publish_with_reply(subject.to_owned(), inbox, Vec::new().into()).await;
            if let Err(error) = asked {
                tracing::debug!(%error, "not asked");
                return Vec::new();
            }
            let mut all = Vec::new();
            let until = sleep(time);
            tokio::pin!(until);
            loop {
                tokio::select! {
                    answer = answers.next() => match answer {
                        // Nobody listens: the server says so.
                        Some(answer) if answer.status.is_some() => {}
                        Some(answer) => all.push(answer.payload.to_vec()),
                        None => return all,
                    },
                    () = &mut until => return all,
                }
            }
        })
    }
}
