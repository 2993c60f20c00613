#pragma once

// Puts values into a DCMTK data set and its sequences, remembering the first failure for all of them.

#include <memory>

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <huizhen/base/result.h>

#include "codes.h"

namespace huizhen::imaging {

class ItemWriter {
  public:
    // `item` and the failure outlive the writer.
    ItemWriter(DcmItem& item, OFCondition& failure) : item_(&item), failure_(&failure) {}

    void text(const DcmTagKey& tag, const std::string& value);
    void number(const DcmTagKey& tag, unsigned value);                           // US, UL
    void decimals(const DcmTagKey& tag, std::initializer_list<double> values);   // DS
    void reals(const DcmTagKey& tag, const std::vector<float>& values);          // FL
    void real64(const DcmTagKey& tag, double value);                             // FD
    void numbers(const DcmTagKey& tag, const std::vector<Uint16>& values);       // US
    void longs(const DcmTagKey& tag, const std::vector<Uint32>& values);         // UL
    void longs_signed(const DcmTagKey& tag, const std::vector<Sint32>& values);  // SL
    void bytes(const DcmTagKey& tag, const std::vector<std::uint8_t>& values);   // OB
    void tag_value(const DcmTagKey& tag, const DcmTagKey& value);                // AT
    // A sequence without items.
    void empty_sequence(const DcmTagKey& sequence);
    // Appends an item.
    ItemWriter item(const DcmTagKey& sequence);
    // An item with a code.
    ItemWriter code(const DcmTagKey& sequence, const Code& code);

    bool failed() const { return failure_->bad(); }

  private:
    void note(const OFCondition& status) {
        if (failure_->good()) *failure_ = status;
    }
    template <typename ElementType>
    void insert(std::unique_ptr<ElementType> element, const OFCondition& filled);

    DcmItem* item_;
    OFCondition* failure_;
};

}  // namespace huizhen::imaging
