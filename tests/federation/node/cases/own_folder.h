#pragma once

// A hospital's own folder as packaging/docs/import.md describes it, made up.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <huizhen/base/file.h>
#include <huizhen/node/cases/cohort.h>
#include <huizhen/test_support/data.h>

#include "../cohorts/archives.h"

namespace huizhen::node {

inline const std::string kReports =
    "patient,case,site,late_stage,t2_or_more,nodes_involved,text\n"
    "Li Wei,r1,North,1,1,,\"Tumour 52 mm, \"\"hilar\"\" nodes involved\"\n"
    "Li Wei,r2,North,0,1,0,clear margins\n"
    "Chen Min,r3,South,0,,1,mediastinal nodes\n"
    "Wang Fang,r4,South,,,,nothing known of this one\n";

class OwnFolder : public ::testing::Test {
  protected:
    void write(const char* name, std::string_view text) {
        ASSERT_TRUE(write_file_atomically(folder_.path() / name, text));
    }
    // `count` pictures of side x side, picture k all of k HU.
    void write_pictures(int count, int side) {
        Bytes data;
        for (int k = 0; k < count; ++k) {
            for (int i = 0; i < side * side; ++i) put16(data, static_cast<std::uint32_t>(k));
        }
        const std::string shape =
            "(" + std::to_string(count) + ", " + std::to_string(side) + ", " + std::to_string(side) + ")";
        const Bytes archive =
            zip("hu.npy", npy("{'descr': '<i2', 'fortran_order': False, 'shape': " + shape + ", }\n", data));
        write("images.npz", archive);
    }
    Result<Cohort> read(const char* task, std::optional<std::string> site = std::nullopt) {
        return read_cohort(folder_.path(), task, site);
    }

    testing::TemporaryFolder folder_;
};

}  // namespace huizhen::node
