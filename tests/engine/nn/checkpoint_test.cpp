#include <cstring>
#include <fstream>

#include <huizhen/backend_reference/backend.h>
#include <huizhen/base/file.h>
#include <huizhen/nn/checkpoint.h>
#include <huizhen/test_support/data.h>

namespace huizhen::engine {
namespace {

using huizhen::testing::TemporaryFolder;

// Written by the safetensors package for Python: {"b.weight": [[1.5, -2], [0.25, 0.001]], "a": [3]} with
// metadata.
constexpr std::string_view kForeignHeader =
    R"({"__metadata__":{"format":"pt","note":"héllo"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
    R"("b.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[4,20]}})";

// The bytes of a file with this header and this many bytes of data 0, 1, 2, ...
std::string file_of(std::string_view header, std::size_t data_bytes) {
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, sizeof length);
    bytes += header;
    for (std::size_t i = 0; i < data_bytes; ++i) bytes += static_cast<char>(i);
    return bytes;
}

class Checkpoints : public ::testing::Test {
  protected:
    std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

    Result<Checkpoint> open_bytes(std::string_view bytes) const {
        EXPECT_TRUE(write_file_atomically(path("file"), bytes).has_value());
        return Checkpoint::open(path("file"));
    }

    ErrorCode code_of(std::string_view header, std::size_t data_bytes) const {
        const auto opened = open_bytes(file_of(header, data_bytes));
        return opened ? ErrorCode::kInternal : opened.error().code();
    }

    TemporaryFolder folder_;
    Executor executor_{1};
    Context context_{executor_, {reference_backend()}};
};

TEST_F(Checkpoints, keeps_the_upper_half_of_each_value_when_asked_to) {
    const std::vector<float> values{1.0F, -2.5F, 1.0F + 0x1p-8F, 1.0F + 0x1.8p-7F, 3.0e38F, INFINITY};
    // Halfway cases go to the even neighbour.
    const std::vector<float> expected{1.0F, -2.5F, 1.0F, 1.0F + 0x1p-6F, 0x1.c4p127F, INFINITY};
    const Tensor x = Tensor::from(context_, Shape{6}, values);
    ASSERT_TRUE(save_checkpoint(path("m"), {{"x", x}}, {}, StoredAs::kBf16).has_value());
    const auto opened = Checkpoint::open(path("m"));
    ASSERT_TRUE(opened.has_value()) << opened.error().to_string();
    const auto read = opened->read("x");
    ASSERT_TRUE(read.has_value()) << read.error().to_string();
    for (std::size_t i = 0; i + 1 < values.size(); ++i) EXPECT_EQ((*read)[i], expected[i]) << i;
    EXPECT_EQ(read->back(), INFINITY);
    ASSERT_TRUE(
        save_checkpoint(path("again"), {{"x", Tensor::from(context_, Shape{6}, *read)}}, {}, StoredAs::kBf16)
            .has_value());
    EXPECT_EQ(*Checkpoint::open(path("again"))->read("x"), *read);
}

TEST_F(Checkpoints, round_trips_parameters_and_metadata) {
    ParameterSet saved(context_, 1);
    saved.add("stem.weight", Shape{2, 3}, Initial::kNormal002, true);
    saved.add("scale", Shape{}, Initial::kOnes, false);
    const auto sha =
        save_checkpoint(path("m.safetensors"), named_tensors(saved, "model/"), {{"kind", "测试 \"x\""}});
    ASSERT_TRUE(sha.has_value()) << sha.error().to_string();

    const auto opened = Checkpoint::open(path("m.safetensors"));
    ASSERT_TRUE(opened.has_value()) << opened.error().to_string();
    EXPECT_EQ(opened->sha256(), *sha);
    EXPECT_EQ(opened->metadata().at("kind"), "测试 \"x\"");
    EXPECT_EQ(opened->names(), (std::vector<std::string>{"model/scale", "model/stem.weight"}));

    ParameterSet loaded(context_, 2);
    loaded.add("stem.weight", Shape{2, 3}, Initial::kNormal002, true);
    loaded.add("scale", Shape{}, Initial::kZeros, false);
    const Status done = load_parameters(*opened, loaded, "model/");
    ASSERT_TRUE(done.has_value()) << done.error().to_string();
    EXPECT_EQ(loaded.find("stem.weight")->value.to_vector(), saved.find("stem.weight")->value.to_vector());
}

TEST_F(Checkpoints, refuses_to_load_into_another_model_and_changes_nothing) {
    ParameterSet saved(context_, 1);
    saved.add("a", Shape{2}, Initial::kOnes, true);
    saved.add("b", Shape{3}, Initial::kOnes, true);
    ASSERT_TRUE(save_checkpoint(path("m"), named_tensors(saved), {}).has_value());
    const auto opened = Checkpoint::open(path("m"));
    ASSERT_TRUE(opened.has_value());
    ParameterSet other(context_, 1);
    other.add("a", Shape{2}, Initial::kZeros, true);
    other.add("b", Shape{4}, Initial::kZeros, true);
    const Status refused = load_parameters(*opened, other);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
    EXPECT_EQ(other.find("a")->value.to_vector(), (std::vector<float>{0.0F, 0.0F}));
}

TEST_F(Checkpoints, refuses_weights_that_are_not_finite_and_changes_nothing) {
    for (const float bad : {NAN, INFINITY}) {
        const Tensor good = Tensor::from(context_, Shape{2}, std::vector<float>{1.0F, 2.0F});
        const Tensor damaged = Tensor::from(context_, Shape{2}, std::vector<float>{1.0F, bad});
        ASSERT_TRUE(save_checkpoint(path("m"), {{"a", good}, {"b", damaged}}, {}).has_value());
        ParameterSet parameters(context_, 1);
        parameters.add("a", Shape{2}, Initial::kZeros, true);
        parameters.add("b", Shape{2}, Initial::kZeros, true);
        const Status refused = load_parameters(*Checkpoint::open(path("m")), parameters);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code(), ErrorCode::kIntegrity);
        EXPECT_THAT(refused.error().message(), ::testing::HasSubstr("in b "));
        EXPECT_EQ(parameters.find("a")->value.to_vector(), (std::vector<float>{0.0F, 0.0F}));
    }
}

TEST_F(Checkpoints, reads_a_file_of_the_python_package) {
    std::string bytes = file_of(kForeignHeader, 0);
    for (const float value : {3.0F, 1.5F, -2.0F, 0.25F, 1e-3F}) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    const auto opened = open_bytes(bytes);
    ASSERT_TRUE(opened.has_value()) << opened.error().to_string();
    EXPECT_EQ(opened->metadata().at("note"), "héllo");
    EXPECT_EQ(*opened->read("b.weight"), (std::vector<float>{1.5F, -2.0F, 0.25F, 1e-3F}));
    EXPECT_EQ(*opened->shape("b.weight"), (Shape{2, 2}));
    EXPECT_EQ(opened->read("c").error().code(), ErrorCode::kIntegrity);
}

TEST_F(Checkpoints, writes_bytes_that_never_change) {
    const Tensor x = Tensor::from(context_, Shape{2}, std::vector<float>{1.0F, -1.0F});
    ASSERT_TRUE(save_checkpoint(path("m"), {{"x", x}}, {{"k", "v"}}).has_value());
    const auto bytes = read_file(path("m"), 4096);
    ASSERT_TRUE(bytes.has_value());
    std::string expected =
        file_of(R"({"__metadata__":{"k":"v"},"x":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}} )", 0);
    for (const float value : {1.0F, -1.0F})
        expected.append(reinterpret_cast<const char*>(&value), sizeof value);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()), expected);
}

TEST_F(Checkpoints, refuses_headers_that_lie) {
    const auto entry = [](std::string_view dtype, std::string_view shape, std::string_view offsets) {
        return R"({"x":{"dtype":")" + std::string(dtype) + R"(","shape":)" + std::string(shape) +
               R"(,"data_offsets":)" + std::string(offsets) + "}}";
    };
    EXPECT_EQ(code_of(entry("F32", "[2]", "[0,8]"), 8), ErrorCode::kInternal);  // the honest one opens
    const std::vector<std::pair<std::string, std::size_t>> malformed{
        {entry("F32", "[2]", "[0,8]"), 7},  // data cut short
        {entry("F32", "[2]", "[0,8]"), 9},  // data left over
        {entry("F32", "[3]", "[0,8]"), 8},  // shape and bytes disagree
        {entry("F32", "[2]", "[8,0]"), 8},  // backwards
        {entry("F32", "[2]", "[-8,0]"), 8},
        {entry("F32", "[2]", "[18446744073709551608,18446744073709551615]"), 8},
        {entry("F32", "[-2]", "[0,8]"), 8},
        {entry("F32", "[2.0]", "[0,8]"), 8},
        {entry("F32", "2", "[0,8]"), 8},
        {entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), 8},
        {entry("F32", "[2]", "[0,8,8]"), 8},
        {R"({"x":{"dtype":"F32","shape":[2]}})", 8},
        {R"({"x":3})", 8},
        {R"([1])", 0},
        {R"({"x")", 0},
        {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
         4},
        {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8},
        {R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
         8},
        {R"({"__metadata__":{"k":1}})", 0},
        {R"({"__metadata__":[]})", 0},
        {std::string(100000, '['), 0},
        {"", 0},
    };
    for (const auto& [header, bytes] : malformed) {
        EXPECT_EQ(code_of(header, bytes), ErrorCode::kMalformedInput) << header.substr(0, 120);
    }
    EXPECT_EQ(code_of(entry("F32", "[4294967296,4294967296,4294967296]", "[0,8]"), 8),
              ErrorCode::kLimitExceeded);
    EXPECT_EQ(code_of(entry("F31", "[2]", "[0,8]"), 8), ErrorCode::kUnsupported);
}

TEST_F(Checkpoints, refuses_what_is_no_checkpoint) {
    EXPECT_EQ(Checkpoint::open(path("absent")).error().code(), ErrorCode::kNotFound);
    EXPECT_EQ(Checkpoint::open(folder_.path()).error().code(), ErrorCode::kMalformedInput);
    EXPECT_EQ(open_bytes("short").error().code(), ErrorCode::kMalformedInput);
    EXPECT_EQ(open_bytes(std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)).error().code(),
              ErrorCode::kLimitExceeded);
    EXPECT_EQ(open_bytes(std::string("\x10\0\0\0\0\0\0\0{}", 10)).error().code(), ErrorCode::kMalformedInput);
}

TEST_F(Checkpoints, every_truncation_of_a_good_file_is_refused) {
    const std::string whole = file_of(kForeignHeader, 20);
    ASSERT_TRUE(open_bytes(whole).has_value());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(open_bytes(std::string_view(whole).substr(0, length)).has_value()) << length;
    }
}

TEST_F(Checkpoints, every_changed_byte_is_refused_or_still_safe_to_read) {
    const std::string whole = file_of(kForeignHeader, 20);
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char change : {'\x00', '\xff', '9', '"', '['}) {
            std::string bytes = whole;
            bytes[at] = change;
            const auto opened = open_bytes(bytes);
            if (!opened) {
                ++refused;
                continue;
            }
            for (const std::string& name : opened->names()) {
                const auto values = opened->read(name);
                if (!values) continue;
                EXPECT_EQ(static_cast<std::int64_t>(values->size()), opened->shape(name)->count());
            }
        }
    }
    EXPECT_GT(refused, whole.size());
}

TEST_F(Checkpoints, refuses_names_it_could_not_read_back) {
    const Tensor x = Tensor::zeros(context_, Shape{1});
    EXPECT_EQ(save_checkpoint(path("m"), {{"__metadata__", x}}, {}).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_EQ(save_checkpoint(path("m"), {{"x", x}, {"x", x}}, {}).error().code(),
              ErrorCode::kInvalidArgument);
    EXPECT_FALSE(std::filesystem::exists(path("m")));
}

}  // namespace
}  // namespace huizhen::engine
