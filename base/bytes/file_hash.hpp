#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

// SHA-256 of what is not held in memory.
namespace base {

// Of pieces as they come, one behind the other.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;

    void add(std::string_view piece);
    // The 32 bytes; nothing may be added after it.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The 64 digits of a file of any size, as sha256sum writes them. Throws base::Error if it cannot be
// read to its end.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace base
