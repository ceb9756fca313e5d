#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace test {

// What is done wrong to a request.
enum class S3Fault {
    slow_down,   // 503
    drop,        // closed without a word
    cut,         // half of the answer's body, then closed
    flip_taken,  // a byte of what came is another
    flip_given,  // a byte of what is given is another
    late,        // a 200 whose body says that it failed
    lost,        // it is done, and closed without a word
};

// A small server that speaks S3 on a free loopback port: one bucket, objects in memory, multipart
// uploads, listings of three a page. It checks every signature, and the hash of what comes.
class S3Server {
public:
    static constexpr auto key = "AKTESTTESTTESTTEST",
                          secret = "s3cr3t/With+Signs=", bucket = "big-things",
                          region = "eu-test-1";

    S3Server();
    ~S3Server();
    S3Server(const S3Server&) = delete;

    std::string url() const;  // "http://127.0.0.1:9000"
    // What the next `count` requests of a method meet whose query holds this; of any, if it is
    // empty.
    void hurt(
        S3Fault fault,
        int count = 1,
        const std::string& method = {},
        const std::string& query = {}
    );
    // How far its clock is ahead.
    void set_clock(long long seconds);

    std::map<std::string, std::string> objects() const;
    // Changes what lies there, as a broken disk would.
    void damage(const std::string& name);
    void cut(const std::string& name);  // to its half
    void forget(const std::string& name);
    std::size_t open_uploads() const;
    // "PUT /big-things/aa/bb 200", in order.
    std::vector<std::string> log() const;
    std::size_t count(const std::string& start) const;  // lines of the log that begin so

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace test
