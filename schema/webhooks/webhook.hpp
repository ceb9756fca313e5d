#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <boost/describe/class.hpp>

#include "base/json/shape.hpp"
#include "base/time/time.hpp"
#include "base/words.hpp"

namespace schema {

enum class WebhookEvent {
    annotator_drifting,
    job_ended,
    model_drift,
    project_done,
    review_wanted,
    task_done,
    test,
    truth_changed,
    truth_inferred
};

constexpr auto words_of(WebhookEvent) {
    return std::to_array<base::Word<WebhookEvent>>({
        {WebhookEvent::annotator_drifting,
         "annotator.drifting",
         "a person's answers to hidden gold became worse than theirs before"},
        {WebhookEvent::job_ended, "job.ended", "a crawl, an ingest or a training came to its end"},
        {WebhookEvent::model_drift,
         "model.drift",
         "a model is asked other things than it was judged by, or abstains more"},
        {WebhookEvent::project_done, "project.done", "no task of a labeling project is open"},
        {WebhookEvent::review_wanted, "review.wanted", "somebody flagged a task for the reviewer"},
        {WebhookEvent::task_done, "task.done", "a task has the answers that it wants"},
        {WebhookEvent::test, "test", "somebody wants to see whether messages arrive"},
        {WebhookEvent::truth_changed, "truth.changed", "a record has another label than before"},
        {WebhookEvent::truth_inferred,
         "truth.inferred",
         "labels of many records of a project were made or changed at once"},
    });
}

enum class WebhookState { active, paused, gone };

constexpr auto words_of(WebhookState) {
    return std::to_array<base::Word<WebhookState>>({
        {WebhookState::active, "active", "is told"},
        {WebhookState::paused, "paused", "is told later, when it is resumed"},
        {WebhookState::gone, "gone", "answered 410, and is told nothing any more"},
    });
}

enum class MessageState { waiting, delivered, failed };

constexpr auto words_of(MessageState) {
    return std::to_array<base::Word<MessageState>>({
        {MessageState::waiting, "waiting", "for its time, or for a worker"},
        {MessageState::delivered, "delivered", "the receiver took it"},
        {MessageState::failed, "failed", "it is not tried again by itself"},
    });
}

struct Webhook {
    std::string name;
    std::string url;
    std::string secret;     // a reference: env:NAME or file:PATH
    base::JsonText events;  // a list of names
    std::string project;    // only of this one; empty: of all
    bool allow_private = false;
    WebhookState state = WebhookState::active;
    base::Time created_at{};
};
BOOST_DESCRIBE_STRUCT(
    Webhook,
    (),
    (name, url, secret, events, project, allow_private, state, created_at)
)

// A message as the log shows it.
struct WebhookMessage {
    std::int64_t id = 0;
    std::string uuid;
    WebhookEvent event = WebhookEvent::test;
    MessageState state = MessageState::waiting;
    int attempts = 0;
    base::Time made_at;
    std::optional<base::Time> due_at;    // of one that waits
    std::optional<base::Time> ended_at;  // of one that does not
    std::optional<int> status;           // of the newest attempt, once it has one
    std::string error;                   // of the last try
    std::optional<int> milliseconds;     // that it took
    base::JsonText body;
};
BOOST_DESCRIBE_STRUCT(
    WebhookMessage,
    (),
    (id, uuid, event, state, attempts, made_at, due_at, ended_at, status, error, milliseconds, body)
)

// A message in the hands of who sends it.
struct DueMessage {
    std::int64_t id = 0;
    std::string uuid;
    std::string name, url, secret;  // of its webhook
    bool allow_private = false;
    std::string body;
    int attempts = 0;  // this one counted
};
BOOST_DESCRIBE_STRUCT(DueMessage, (), (id, uuid, name, url, secret, allow_private, body, attempts))

}  // namespace schema
