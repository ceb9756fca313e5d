#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct Timed {
    double seconds = 0;
    double accuracy = 0;
};

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// scikit-learn in a process of its own, asked line by line: `script` is a program of
// bench/training, with its arguments, that says "ready", and answers each line with
// "seconds accuracy".
class Rival {
public:
    explicit Rival(const std::string& script) {
        std::array<int, 2> down{};
        std::array<int, 2> up{};
        if (pipe(down.data()) != 0 || pipe(up.data()) != 0) throw std::runtime_error("pipe failed");
        child_ = fork();
        if (child_ < 0) throw std::runtime_error("fork failed");
        if (child_ == 0) {
            dup2(down[0], 0);
            dup2(up[1], 1);
            for (int fd : {down[0], down[1], up[0], up[1]}) close(fd);
            const auto command =
                "cd '" BENCH_FOLDER
                "' && settings=$(./sklearn_env.sh) && exec env PYTHONWARNINGS=ignore $settings "
                "/usr/bin/python3 " +
                script;
            execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
            _exit(127);
        }
        close(down[0]);
        close(up[1]);
        to_ = fdopen(down[1], "w");
        from_ = fdopen(up[0], "r");
        if (line() != "ready")
            throw std::runtime_error("scikit-learn did not start; see the lines above");
    }
    ~Rival() {
        std::fclose(to_);
        std::fclose(from_);
        waitpid(child_, nullptr, 0);
    }
    Rival(const Rival&) = delete;

    Timed run(const std::string& kind, int count) {
        std::fprintf(to_, "%s %d\n", kind.c_str(), count);
        std::fflush(to_);
        Timed out;
        const auto answer = line();
        if (std::sscanf(answer.c_str(), "%lf %lf", &out.seconds, &out.accuracy) != 2)
            throw std::runtime_error("scikit-learn stopped");
        return out;
    }

    // The fewest rounds that reach `accuracy`, or the most when none does.
    int enough(const std::string& kind, const std::vector<int>& steps, double accuracy) {
        for (int count : steps) {
            const auto got = run(kind, count);
            std::printf(
                "  %s %d: %.4f in %.2f s\n", kind.c_str(), count, got.accuracy, got.seconds
            );
            std::fflush(stdout);
            if (got.accuracy >= accuracy - 0.001) return count;
        }
        return steps.back();
    }

private:
    std::string line() {
        std::array<char, 256> text{};
        if (!std::fgets(text.data(), static_cast<int>(text.size()), from_)) return {};
        std::string out(text.data());
        while (!out.empty() && out.back() == '\n') out.pop_back();
        return out;
    }

    pid_t child_ = -1;
    FILE* to_ = nullptr;
    FILE* from_ = nullptr;
};

}  // namespace bench
