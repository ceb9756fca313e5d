#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json/shape.hpp"
#include "formats/media/media_measures.hpp"
#include "service/verb.hpp"

// The work of those who label. Each verb is for the caller; an administrator, and so the command
// line, names the `user` whose work it is.
namespace service {

struct ShownField {
    std::string name;
    std::string unit;
    base::JsonText value;  // a plain one; what is more comes as a text of JSON
};
BOOST_DESCRIBE_STRUCT(ShownField, (), (name, unit, value))

struct Picture {
    std::string url;
    int width = 0, height = 0;
};
BOOST_DESCRIBE_STRUCT(Picture, (), (url, width, height))

// A sound, a film, a document or a web page as it is.
struct ItemMedia {
    formats::MediaKind kind = formats::MediaKind::audio;
    std::string type;  // IANA
    std::string url;
    std::optional<double> seconds;     // if its length is known
    std::optional<int> pages;          // of a document
    std::optional<int> width, height;  // of a film in pixels, of a document's first page in points
};
BOOST_DESCRIBE_STRUCT(ItemMedia, (), (kind, type, url, seconds, pages, width, height))

// What a labeler sees of a record: what the project shows, so that nothing gives the answer away.
struct Item {
    std::string id;
    std::string key;
    std::string title, text, language, url;
    std::optional<Picture> image;
    std::optional<ItemMedia> media;
    std::vector<ShownField> fields;
};
BOOST_DESCRIBE_STRUCT(Item, (), (id, key, title, text, language, url, image, media, fields))

// What a machine says of a record.
struct ShownSuggestion {
    base::JsonText answer;
    std::optional<double> score;  // how sure it is
    std::string annotator;
};
BOOST_DESCRIBE_STRUCT(ShownSuggestion, (), (answer, score, annotator))

// By a reviewer, with one's old answer as the draft.
struct SentBack {
    std::string by, comment;
};
BOOST_DESCRIBE_STRUCT(SentBack, (), (by, comment))

struct Task {
    std::int64_t id = 0;
    std::string lease;  // fences a late answer
    base::Time expires_at;
    Item item;
    base::JsonText draft;                         // of an answer, if one was begun
    std::optional<ShownSuggestion> suggestion{};  // where the project shows it before the answer
    std::optional<SentBack> sent_back{};
    bool audit = false;  // its label is audited: no suggestion is shown with it
    bool bookmarked = false;
};
BOOST_DESCRIBE_STRUCT(
    Task,
    (),
    (id, lease, expires_at, item, draft, suggestion, sent_back, audit, bookmarked)
)

struct ClaimTasks {
    std::string project;
    int n = 1;
    std::string user;
    bool audit = false;                  // labels of the project's audit, for those who review
    std::optional<std::int64_t> task{};  // this one first, though it is not its turn
    static const base::Settings<ClaimTasks> settings;
};
struct ClaimedTasks {
    std::vector<Task> tasks;
    std::int64_t mine = 0;         // one's own answers so far
    std::int64_t with_others = 0;  // if there are no tasks: those that others hold; 1000 at most
    std::string limit{};           // of the project, that was reached
};
BOOST_DESCRIBE_STRUCT(ClaimedTasks, (), (tasks, mine, with_others, limit))
// Tasks that the person holds already come first: a browser that was closed goes on where it was.
// A named task is one that they skipped or left; those who review may have any that waits.
ClaimedTasks claim_tasks(Work& work, const ClaimTasks& request);

enum class Reply { answered, skipped };

constexpr auto words_of(Reply) {
    return std::to_array<base::Word<Reply>>({
        {Reply::answered, "answered", "the answer is stored"},
        {Reply::skipped, "skipped", "the task goes to others"},
    });
}

// What is told of a task that was gold, where the project says so.
struct GoldFeedback {
    bool right = false;
    double likeness = 0;   // of the answer to the truth
    base::JsonText truth;  // the answer that is right
    std::string explanation;
};
BOOST_DESCRIBE_STRUCT(GoldFeedback, (), (right, likeness, truth, explanation))

// What is told of a machine's answer once a person has answered, where the project says so.
struct SuggestionTold : ShownSuggestion {
    bool same = false;
    double likeness = 0;  // of the two answers
};
BOOST_DESCRIBE_STRUCT(SuggestionTold, (ShownSuggestion), (same, likeness))

struct TaskOutcome {
    Reply state = Reply::answered;
    std::optional<GoldFeedback> gold{};
    std::optional<SuggestionTold> suggestion{};
};
BOOST_DESCRIBE_STRUCT(TaskOutcome, (), (state, gold, suggestion))

struct SubmitAnswer {
    std::int64_t task = 0;
    std::string lease;
    std::string class_name;  // "class"
    base::JsonText value;    // or an answer of another kind
    std::optional<std::int64_t> milliseconds;
    std::string user;
    static const base::Settings<SubmitAnswer> settings;
};
// Sent again after a lost connection, it is stored once. Refused when the lease is over.
TaskOutcome submit_answer(Work& work, const SubmitAnswer& request);

struct SaveDraft {
    std::int64_t task = 0;
    std::string lease;
    base::JsonText value;
    std::string user;
    static const base::Settings<SaveDraft> settings;
};
// Comes back with the task until an answer is submitted.
Nothing save_draft(Work& work, const SaveDraft& request);

struct CorrectAnswer {
    std::int64_t task = 0;
    int attempt = 0;         // of the answer that was wrong
    std::string class_name;  // "class"
    base::JsonText value;
    std::optional<std::int64_t> milliseconds;
    std::string user;
    static const base::Settings<CorrectAnswer> settings;
};
// Another answer to a task that one answered before, however long ago. Sent again it is stored
// once; refused if there is a later answer already.
TaskOutcome correct_answer(Work& work, const CorrectAnswer& request);

struct SkipTask {
    std::int64_t task = 0;
    std::string lease;
    std::string reason;
    std::string user;
    static const base::Settings<SkipTask> settings;
};
TaskOutcome skip_task(Work& work, const SkipTask& request);

struct RenewTask {
    std::int64_t task = 0;
    std::string lease;
    std::string user;
    static const base::Settings<RenewTask> settings;
};
struct RenewedLease {
    base::Time expires_at;
};
BOOST_DESCRIBE_STRUCT(RenewedLease, (), (expires_at))
RenewedLease renew_task(Work& work, const RenewTask& request);

struct UndoAnswer {
    std::string project;
    std::string user;
    static const base::Settings<UndoAnswer> settings;
};
// Takes back the last answer or skip; its task is in the person's hands again.
Task undo_answer(Work& work, const UndoAnswer& request);

}  // namespace service
