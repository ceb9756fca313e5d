#include "tests/api/support/fixture.hpp"

#include <array>
#include <random>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "formats/media/media.hpp"
#include "formats/pdf/pdf.hpp"
#include "labeling/queue/people_store.hpp"
#include "labeling/store.hpp"
#include "schema/records/record_store.hpp"
#include "tests/support/media_files.hpp"

namespace test {

namespace {

using schema::Draft;

constexpr std::array topics{"containers", "algorithms", "strings", "input and output"};
constexpr std::array garments{
    "top",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "boot"};
constexpr std::array sections{"admin",  "database", "devel",        "doc",          "editors",
                              "games",  "gnome",    "graphics",     "interpreters", "java",
                              "kernel", "libs",     "localization", "mail",         "math",
                              "net",    "perl",     "python",       "science",      "web"};

Draft page(int i) {
    Draft draft;
    draft.key = fmt::format("https://pages.test/{}", i);
    draft.origin.url = draft.key;
    schema::Text text;
    text.title = fmt::format("std::{}_{}", topics[static_cast<std::size_t>(i) % topics.size()], i);
    text.language = "en";
    // Markup of the wild must come out as text.
    text.body = fmt::format(
        "Defined in header <{}>. <script>document.title = 'owned'</script>\n\n"
        "Returns the number of elements in the container, that is, the distance from the first to "
        "the last. "
        "If an exception is thrown, the state is as it was before the call (strong guarantee). "
        "Complexity: constant. Example {} of many.",
        topics[static_cast<std::size_t>(i) % topics.size()],
        i
    );
    draft.text = text;
    draft.payload =
        boost::json::serialize(boost::json::object{{"title", text.title}, {"number", i}});
    return draft;
}

Draft shirt(int i) {
    Draft draft;
    draft.key = fmt::format("shirt-{:05}", i);
    std::string pixels;
    for (int p = 0; p < 28 * 28; ++p) {
        int x = p % 28 - 14;
        int y = p / 28 - 14;
        bool inside = x * x + y * y < 60 + 90 * (i % 3) || (y < -2 && y > -9 && std::abs(x) < 12);
        pixels += static_cast<char>(inside ? 130 + (x * y + 7 * i) % 90 : 0);
    }
    draft.image = formats::Image{28, 28, 1, "raw", static_cast<std::uint64_t>(i)};
    draft.blob = pixels;
    draft.media_type = "application/octet-stream";
    draft.payload = "{}";
    return draft;
}

Draft package(int i) {
    Draft draft;
    draft.key = fmt::format("package-{}", i);
    draft.payload = boost::json::serialize(boost::json::object{
        {"description", fmt::format("Library {} for reading and writing tables", i)},
        {"size", 12'345 * (i + 1)},
        {"dependencies", i % 17},
        {"essential", i % 2 == 0},
        {"section", sections[static_cast<std::size_t>(i) % sections.size()]}});
    draft.numbers = {12'345.0 * (i + 1), static_cast<double>(i % 17)};
    return draft;
}

Draft recorded(const std::string& key, const std::string& bytes) {
    Draft draft;
    draft.key = key;
    draft.payload = "{}";
    draft.media = std::get<formats::Media>(formats::examine_media(bytes));
    draft.media_type = draft.media->type;
    draft.blob = bytes;
    return draft;
}

// A call, a film, a document and a page, as they are.
Draft recording(int i) {
    Draft draft;
    draft.payload = "{}";
    if (i == 0) return recorded("call.wav", wav(2));
    if (i == 1) return recorded("film.mp4", mp4(12.5, 640, 360));
    if (i == 2) {
        draft.key = "paper.pdf";
        draft.blob = pdf({"Hello there", "On page two"});
        auto found = std::get<formats::Pdf>(formats::examine_pdf(draft.blob));
        draft.media = found.media;
        draft.media_type = found.media.type;
        draft.text = schema::Text{found.title, found.text, "en"};
    }
    if (i == 3) {
        draft.key = "page.html";
        draft.blob =
            "<!DOCTYPE html><title>Page</title><p onclick='alert(1)'>caf\xe9"
            "<script>parent.document.title = 'owned'</script>";
        draft.media_type = "text/html; charset=iso-8859-1";
        draft.text = schema::Text{"Page", "caf\xc3\xa9", "en"};
    }
    return draft;
}

// Longer than what is sent at once.
Draft long_sound(int) {
    return recorded("long.wav", wav(600));
}

void write(
    base::Tx& tx,
    const schema::Source& source,
    const std::vector<schema::Sealed>& sealed,
    const std::vector<schema::Reject>& rejects,
    const std::vector<schema::Column>& columns
) {
    auto now = std::chrono::system_clock::now();
    schema::BatchTarget target;
    target.source_id = source.id;
    target.source_name = source.name;
    target.run_id = schema::begin_run(tx, source.id, "{}", now);
    target.column_set = schema::ensure_columns(tx, source.id, columns, now);
    target.columns = columns;
    target.now = now;
    schema::write_batch(tx, target, sealed, rejects);
    schema::end_run(tx, target.run_id, "done", "", now);
}

void gather(
    base::Database& database,
    const std::string& name,
    Draft (*make)(int),
    int n,
    std::vector<schema::Column> columns
) {
    auto now = std::chrono::system_clock::now();
    schema::Blobs blobs("/nonexistent");  // all are small enough to lie in the database
    std::vector<schema::Sealed> sealed;
    for (int i = 0; i < n; ++i) sealed.push_back(schema::seal(name, make(i), blobs));
    schema::Reject reject;
    reject.raw = "broken,row";
    reject.file = "input.csv";
    reject.line = 17;
    reject.code = "csv.too_few_fields";
    reject.reason = "2 fields where 5 are wanted";
    database.call([&](base::Tx& tx) {
        schema::Source wanted;
        wanted.name = name;
        wanted.kind = "files";
        wanted.spec = "{}";
        auto source = schema::add_source(tx, wanted, now);
        write(tx, *source, sealed, {reject}, columns);
    });
}

template <typename Names>
labeling::Project project(const std::string& name, const std::string& source, const Names& names) {
    labeling::Project out;
    out.name = name;
    out.source = source;
    std::int32_t id = 0;
    for (const char* each : names) {
        labeling::LabelClass made;
        made.id = id++;
        made.name = each;
        out.question.classes.push_back(made);
    }
    return out;
}

void start(base::Database& database, const labeling::Project& wanted) {
    auto now = std::chrono::system_clock::now();
    database.call([&](base::Tx& tx) {
        auto stored = labeling::create_project(tx, wanted, now);
        labeling::enqueue_unlabeled(tx, stored, 1'000'000, 0.5, "", now);
    });
}

// Two people who agree on three of four tasks.
void answer_some(base::Database& database, const std::string& name, int tasks) {
    auto now = std::chrono::system_clock::now();
    database.call([&](base::Tx& tx) {
        auto stored = labeling::load_project(tx, name);
        for (int person = 0; person < 2; ++person) {
            auto user = labeling::simulated_user(tx, fmt::format("robot-{}", person), now);
            auto claims = labeling::claim(tx, stored.id, user, tasks, now, std::chrono::minutes(5));
            for (const auto& claimed : claims) {
                bool errs = person == 1 && claimed.task % 4 == 0;
                labeling::Answer answer{claimed.task, user, claimed.token, claimed.attempt};
                answer.class_id = static_cast<std::int32_t>((claimed.task + (errs ? 1 : 0)) % 4);
                answer.milliseconds = 1500 + 200 * person;
                labeling::submit(tx, answer, now);
            }
        }
    });
}

// A finished model run with predictions, as training stores it.
void train(base::Database& database) {
    database.call([](base::Tx& tx) {
        tx.exec(
            R"(INSERT INTO snapshot (id, name, project_id, source_id, spec, state, content_sha256, members, counts, created_at, closed_at)
            SELECT 1, 'topics-1', p.id, p.source_id, '{"split": [0.8, 0.1, 0.1]}', 'closed', '\x00ff', (SELECT count(*) FROM record r WHERE r.source_id = p.source_id),
                   '{"test": 10}', now(), now() FROM label_project p WHERE p.name = 'topics')"
        );
        tx.exec(
            R"(INSERT INTO snapshot_item (rk, source_id, key, snapshot_id, version, split, class_id, cluster)
            SELECT r.rk, r.source_id, r.key, 1, r.version, 2, abs(r.rk % 4), 0
            FROM record r JOIN label_project p ON p.source_id = r.source_id AND p.name = 'topics')"
        );
        tx.exec(
            R"(INSERT INTO model_run (id, snapshot_id, kind, spec, seed, code_version, state, seconds, started_at, ended_at)
            VALUES (1, 1, 'majority', '{}', 1, 'test', 'done', 0.1, now(), now()), (2, 1, 'softmax', '{}', 1, 'test', 'done', 12.4, now(), now()))"
        );
        tx.exec(R"(INSERT INTO metric (run_id, split, name, value, low, high) VALUES
            (1, 2, 'accuracy', 0.27, 0.21, 0.34), (2, 2, 'accuracy', 0.871, 0.842, 0.896), (2, 2, 'macro_f1', 0.862, 0.83, 0.89),
            (2, 2, 'log_loss', 0.412, NULL, NULL), (2, 1, 'accuracy', 0.884, 0.85, 0.91), (2, 0, 'accuracy', 0.951, 0.94, 0.96))"
        );
        tx.exec(
            R"(INSERT INTO prediction (rk, source_id, key, run_id, version, split, class_id, probability)
            SELECT i.rk, i.source_id, i.key, 2, i.version, 2,
                   CASE WHEN abs(i.rk / 7 % 8) = 0 THEN (i.class_id + 1) % 4 ELSE i.class_id END, 0.8 FROM snapshot_item i)"
        );
        tx.exec(
            R"(INSERT INTO model (name, version, run_id, artefact_sha256, created_at) VALUES ('topics', 1, 2, '\x00', now()))"
        );
        tx.exec("SELECT setval(pg_get_serial_sequence('model_run', 'id'), 2)");
        tx.exec(
            "INSERT INTO run_step (run_id, step, stage, done, total, loss, at) "
            "VALUES (2, 1, 'fit', 1, 1, 0.5, now())"
        );
    });
}

}  // namespace

void make_world(base::Database& database, int records_per_source) {
    auto n = records_per_source;
    gather(database, "pages", page, n, {});
    gather(database, "shirts", shirt, n, {});
    gather(
        database,
        "packages",
        package,
        n,
        {{"size", schema::Column::Type::number, "B"},
         {"dependencies", schema::Column::Type::number, ""}}
    );

    auto about = project("topics", "pages", topics);
    about.overlap = 2;
    about.instructions =
        "What is the page about?\n\nChoose the part of the library that its header belongs "
        "to.\n<b>Not bold.</b>";
    about.question.classes[0].description = "vector, map and their kin";
    start(database, about);
    start(database, project("clothes", "shirts", garments));
    auto table = project("sections", "packages", sections);
    table.show = {labeling::Project::Show::fields};
    table.fields = {"description", "size", "dependencies", "essential"};
    start(database, table);
    answer_some(database, "topics", std::max(2, n / 3));
    train(database);
}

void make_media(base::Database& database) {
    constexpr std::array sounds{"speech", "music"};
    constexpr std::array judgements{"good", "bad"};
    gather(database, "recordings", recording, 4, {});
    gather(database, "longer", long_sound, 1, {});
    auto ranges = project("sounds", "recordings", sounds);
    ranges.question.kind = "segments";
    ranges.question.transcribe = true;
    start(database, ranges);
    auto pages = project("pages-as-they-are", "recordings", judgements);
    pages.show = {labeling::Project::Show::media};
    start(database, pages);
    start(database, project("long", "longer", judgements));
}

void change_media(base::Database& database, const std::string& key, const std::string& bytes) {
    schema::Blobs blobs("/nonexistent");
    const std::vector sealed{schema::seal("recordings", recorded(key, bytes), blobs)};
    database.call([&](base::Tx& tx) {
        write(tx, schema::require_source(tx, "recordings"), sealed, {}, {});
    });
}

namespace {

api::Options on_any_port(api::Options options) {
    options.address = "127.0.0.1";
    return options;
}

}  // namespace

Running::Running(base::Database& database, api::Options options)
    : server_(database, on_any_port(std::move(options))),
      thread_([this](std::stop_token stop) { server_.run(stop); }) {}
Running::Running(base::Database& database) : Running(database, api::Options{}) {}
Running::~Running() {
    stop();
}

void Running::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace test
