#include "tests/support/program.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

fs::path new_folder() {
    static std::atomic<int> count = 0;
    auto path = fs::temp_directory_path() /
                ("tilth-e2e-" + std::to_string(getpid()) + "-" + std::to_string(++count));
    fs::remove_all(path);
    fs::create_directories(path);
    fs::permissions(path, static_cast<fs::perms>(0755));
    return path;
}

int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int opened(const fs::path& file, int flags) {
    int descriptor = open(file.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::runtime_error(file.string() + " cannot be opened");
    return descriptor;
}

}  // namespace

std::string content_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error(path.string() + " cannot be read");
    return {std::istreambuf_iterator<char>(in), {}};
}

Folder::Folder() : path(new_folder()) {}
Folder::~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}
fs::path Folder::write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
}

Program::Program(
    std::vector<std::string> command,
    const std::string& input,
    const std::vector<std::string>& environment
)
    : folder_(new_folder()) {
    std::ofstream(folder_ / "in", std::ios::binary) << input;
    std::vector<char*> raw;
    for (auto& word : command) raw.push_back(word.data());
    raw.push_back(nullptr);
    // Opened before the program is there, so that what it has said can be read at any time.
    const int streams[] = {
        opened(folder_ / "in", O_RDONLY),
        opened(folder_ / "out", O_WRONLY | O_CREAT),
        opened(folder_ / "err", O_WRONLY | O_CREAT),
    };
    pid_ = fork();
    if (pid_ == 0)
        for (int i = 0; i < 3; ++i) dup2(streams[i], i);
    else
        for (int stream : streams) close(stream);
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ > 0) return;
    for (const auto& variable : environment) putenv(const_cast<char*>(variable.c_str()));
    execvp(raw[0], raw.data());
    _exit(127);
}

Program::~Program() {
    if (runs()) {
        signal(SIGKILL);
        end();
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void Program::signal(int number) {
    if (!code_) kill(pid_, number);
}

bool Program::runs() {
    if (code_) return false;
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
    code_ = code_of(status);
    return false;
}

Ended Program::end() {
    if (!code_) {
        int status = 0;
        waitpid(pid_, &status, 0);
        code_ = code_of(status);
    }
    return {*code_, content_of(folder_ / "out"), content_of(folder_ / "err")};
}

std::string Program::out_so_far() const {
    return content_of(folder_ / "out");
}

int fork_with_threads() {
    int child = fork();
    if (child != 0) return child;
    pthread_attr_t attributes;
    std::size_t size = 0;
    pthread_getattr_default_np(&attributes);
    pthread_attr_getstacksize(&attributes, &size);
    pthread_attr_setstacksize(&attributes, 2 * size);  // larger than any that is there
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
    return child;
}

Ended run(
    std::vector<std::string> command,
    const std::string& input,
    const std::vector<std::string>& environment
) {
    return Program(std::move(command), input, environment).end();
}

}  // namespace test
