// A training over processes that mpirun starts: what it comes to, and how it ends. Without mpirun
// on the machine, or without the module that speaks MPI, only that is said of it.
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/e2e/tilth.hpp"

using e2e::comes;
using e2e::Tilth;

namespace {

namespace fs = std::filesystem;

// Machines of tests have few processors, and their user is root.
const std::vector<std::string> environment{
    "OMPI_ALLOW_RUN_AS_ROOT=1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
    "OMPI_MCA_btl_vader_single_copy_mechanism=none"};

bool has_mpi() {
    const bool runs = test::run({"sh", "-c", "command -v mpirun"}).code == 0;
    const bool speaks = fs::exists(fs::path(TILTH_PROGRAM).parent_path() / "libtilth_mpi.so");
    if (!runs || !speaks) WARN("skipped: there is no mpirun, or no module that speaks MPI");
    return runs && speaks;
}

std::vector<std::string> by_two(const Tilth& tilth, const std::vector<std::string>& words) {
    std::vector<std::string> all{"mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2"};
    for (auto& word : tilth.command(words)) all.push_back(std::move(word));
    return all;
}

// Four numbers and a text, by which three kinds can be told apart, mostly, and another number that
// follows from them.
std::string table(int rows) {
    std::string text = "id,kind,a,b,c,price,words\n";
    for (int i = 0; i < rows; ++i) {
        const int kind = i * 7919 % 101 < 5 ? (i + 1) % 3 : i % 3;
        const double a = std::sin(i * 0.7) + (i % 3) * 2, b = std::cos(i * 1.3) + (i % 3 == 2) * 3;
        const double c = std::sin(i * 2.9);
        text += std::to_string(i) + "," + "xyz"[kind] + "," + std::to_string(a) + "," +
                std::to_string(b) + "," + std::to_string(c) + "," +
                std::to_string(3 * a - 2 * b + c + 0.1 * std::sin(i * 17.0)) + ",item " +
                "xyz"[i % 3] + std::to_string(i % 5) + " seen " + std::to_string(i * 37 % 211) +
                "\n";
    }
    return text;
}

// A home with a snapshot "kinds" of labels and one, "prices", of columns.
class World {
public:
    explicit World(int rows) {
        const auto file = tilth.home.write("t.csv", table(rows));
        std::string mapped = "key = \"id\"\nbody = \"words\"\n";
        for (const char* name : {"a", "b", "c", "price"})
            mapped += std::string("[[column]]\nname = \"") + name + "\"\nfield = \"" + name +
                      "\"\nop = \"number\"\n";
        const auto rules = tilth.home.write("rules.toml", mapped);
        std::string asked = "name = \"p\"\nkind = \"classification\"\nsource = \"things\"\n";
        for (char name : std::string("xyz"))
            asked += std::string("[[class]]\nname = \"") + name + "\"\nhotkey = \"" + name + "\"\n";
        const auto project = tilth.home.write("p.toml", asked);
        tilth.answer({"ingest", file.string(), "--source", "things", "--map", rules.string()});
        tilth.answer({"label", "project", "create", project.string()});
        tilth.answer({"label", "project", "import", "--project", "p", "--field", "kind"});
        tilth.answer({"snapshot", "create", "kinds", "--project", "p"});
        tilth.answer({"snapshot", "create", "prices", "--source", "things"});
        // Numbers alone, as what takes texts as well would have them as hashes.
        numbers = tilth.home.write("numbers.toml", "[features]\ntext = false\n").string();
    }

    Tilth tilth;
    std::string numbers;
};

boost::json::object trained(const std::vector<std::string>& command) {
    const auto ended = test::run(command, {}, environment);
    INFO(ended.err);
    REQUIRE(ended.code == 0);
    return boost::json::parse(ended.out).as_object();
}

// Each number in `a` lies within 1e-6 of that in `b`, and all else is equal.
void check_near(const boost::json::value& a, const boost::json::value& b) {
    REQUIRE(a.kind() == b.kind());
    if (a.is_double()) {
        CHECK(std::abs(a.as_double() - b.as_double()) < 1e-6);
    } else if (a.is_array()) {
        REQUIRE(a.as_array().size() == b.as_array().size());
        for (std::size_t i = 0; i < a.as_array().size(); ++i) check_near(a.at(i), b.at(i));
    } else if (a.is_object()) {
        REQUIRE(a.as_object().size() == b.as_object().size());
        for (const auto& [name, value] : a.as_object()) {
            INFO(std::string(name));
            check_near(value, b.at(name));
        }
    } else {
        CHECK(a == b);
    }
}

// A process that mpirun started as another than the first; 0 if there is none.
int helper_of(int mpirun) {
    for (const auto& one : fs::directory_iterator("/proc")) {
        const auto name = one.path().filename().string();
        if (!std::all_of(name.begin(), name.end(), ::isdigit)) continue;
        std::ifstream status(one.path() / "status"), variables(one.path() / "environ");
        const std::string said{std::istreambuf_iterator<char>(status), {}};
        const std::string set{std::istreambuf_iterator<char>(variables), {}};
        if (said.find("\nPPid:\t" + std::to_string(mpirun) + "\n") != said.npos &&
            set.find("OMPI_COMM_WORLD_RANK=1") != set.npos)
            return std::atoi(name.c_str());
    }
    return 0;
}

// A training of two processes that goes on until it is ended.
struct LongTraining {
    explicit LongTraining(const World& world) : program(command(world), {}, environment) {
        REQUIRE(comes([&] {
            helper = helper_of(program.pid());
            const auto runs = world.tilth({"runs", "list"}).out;
            return helper > 0 && runs.find("\"running\"") != std::string::npos;
        }));
    }
    static std::vector<std::string> command(const World& world) {
        std::vector<std::string> words{"train", "kinds", "--model", "mlp", "--spec", world.numbers};
        for (const char* param : {"epochs=100000", "hidden=256", "patience=100000"}) {
            words.emplace_back("--param");
            words.emplace_back(param);
        }
        return by_two(world.tilth, words);
    }

    test::Program program;
    int helper = 0;
};

}  // namespace

TEST_CASE("two processes train what one trains", "[e2e][mpi]") {
    if (!has_mpi()) return;
    World world(1500);
    struct Case {
        std::vector<std::string> words;
        std::string says;
    };
    const auto of_kinds = [&](const char* model) {
        return std::vector<std::string>{
            "train", "kinds", "--model", model, "--spec", world.numbers, "--name", model};
    };
    const std::vector<Case> cases{
        {of_kinds("logistic"), "fitted by 2 processes, each with all rows"},
        {{"train", "kinds", "--model", "svm", "--name", "svm"},
         "fitted by 2 processes, each with all rows"},
        {{"train", "prices", "--model", "ridge", "--target", "price", "--name", "texts"},
         "fitted by 2 processes, each with all rows"},
        {{"train",
          "prices",
          "--model",
          "ridge",
          "--target",
          "price",
          "--spec",
          world.numbers,
          "--name",
          "numbers"},
         "fitted by 2 processes, each with a share of the rows"},
        {{"train", "prices", "--model", "kmeans", "--name", "kmeans"},
         "fitted by 2 processes, each with a share of the rows"},
        {of_kinds("mlp"), "fitted by 2 processes, each with all rows"},
        {{"train", "kinds", "--model", "softmax", "--name", "softmax"},
         "fitted by one of the 2 processes"}};
    for (auto [words, says] : cases) {
        INFO(words[3] << " " << words.back());
        const auto name = words.back();
        words.emplace_back("--again");
        const auto predicted = [&] {
            return world.tilth({"model", "predict", name, "--batch", ""}).out;
        };
        const auto alone = trained(world.tilth.command(words));
        const auto by_one = predicted();
        const auto together = trained(by_two(world.tilth, words));
        const auto by_both = predicted();
        CHECK(alone.at("notes").as_array().empty());
        CHECK_THAT(
            std::string(together.at("notes").as_array().back().as_string()), Catch::Contains(says)
        );
        CHECK(together.at("version").as_int64() == alone.at("version").as_int64() + 1);
        check_near(alone.at("metrics"), together.at("metrics"));
        REQUIRE_FALSE(by_one.empty());
        std::istringstream one(by_one), both(by_both);
        for (std::string line, other; std::getline(one, line);) {
            REQUIRE(std::getline(both, other));
            auto said = boost::json::parse(line), too = boost::json::parse(other);
            for (auto* answer : {&said, &too}) answer->as_object().erase("version");
            check_near(said, too);
        }
    }
}

TEST_CASE("a process that is killed ends all, and the next training is as ever", "[e2e][mpi]") {
    if (!has_mpi()) return;
    World world(600);
    LongTraining training(world);
    REQUIRE(kill(training.helper, SIGKILL) == 0);
    REQUIRE(comes([&] { return !training.program.runs(); }));
    const auto ended = training.program.end();
    INFO(ended.err);
    CHECK(ended.code != 0);
    CHECK_THAT(ended.err, Catch::Contains("signal 9"));
    const auto runs = world.tilth({"runs", "list"});
    INFO(runs.out);
    CHECK(runs.out.find("\"done\"") == std::string::npos);
    CHECK(world.tilth.lines({"model", "list"}).empty());
    world.tilth.answer({"train", "kinds", "--model", "ridge", "--spec", world.numbers});
    CHECK(world.tilth.lines({"model", "list"}).size() == 1);
}

TEST_CASE("mpirun that is stopped ends all processes, and the run is interrupted", "[e2e][mpi]") {
    if (!has_mpi()) return;
    World world(600);
    LongTraining training(world);
    training.program.signal(SIGINT);
    REQUIRE(comes([&] { return !training.program.runs(); }));
    CHECK(training.program.end().code != 0);
    CHECK(comes(
        [&] {  // one that has ended has no command line, even if nobody has asked for its code
            std::ifstream line("/proc/" + std::to_string(training.helper) + "/cmdline");
            return line.peek() == std::ifstream::traits_type::eof();
        }
    ));
    CHECK_THAT(world.tilth({"runs", "list"}).out, Catch::Contains("\"interrupted\""));
}

TEST_CASE("what fails in the first process ends the others with it", "[e2e][mpi]") {
    if (!has_mpi()) return;
    Tilth tilth;
    const auto ended = test::run(by_two(tilth, {"train", "nothing"}), {}, environment);
    INFO(ended.err);
    CHECK(ended.code == 1);
    CHECK_THAT(ended.err, Catch::Contains("nothing"));
}

TEST_CASE("what is no training is refused under mpirun, and ends all processes", "[e2e][mpi]") {
    if (!has_mpi()) return;
    Tilth tilth;
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"worker", "--slots", "2"}, {"--quiet", "runs", "list"}, {"--version"}}) {
        INFO(words.back());
        const auto ended = test::run(by_two(tilth, words), {}, environment);
        INFO(ended.err);
        CHECK(ended.code == 2);
        CHECK_THAT(ended.err, Catch::Contains("tilth: mpirun: "));
        CHECK_THAT(ended.err, Catch::Contains("it is for 'tilth train'"));
    }
}

TEST_CASE("where mpirun is but not what speaks MPI, one line says so", "[e2e][mpi]") {
    Tilth tilth;
    for (const char* rank : {"0", "1"}) {
        const auto ended = test::run(
            tilth.command({"train", "kinds"}),
            {},
            {"OMPI_COMM_WORLD_SIZE=2",
             std::string("OMPI_COMM_WORLD_RANK=") + rank,
             "TILTH_MPI=/none/libtilth_mpi.so"}
        );
        INFO(ended.err);
        CHECK(ended.code == 1);
        CHECK(
            std::count(ended.err.begin(), ended.err.end(), '\n') ==
            (std::string(rank) == "0" ? 1 : 0)
        );
        if (std::string(rank) == "0") CHECK_THAT(ended.err, Catch::Contains("tilth: MPI: "));
    }
}
