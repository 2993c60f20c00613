#include "cleaner.h"

#include "dates.h"
#include "descriptors.h"
#include "keyed.h"

namespace huizhen::imaging {
namespace {

constexpr const char* kDummyDate = "19000101";

std::string text_of(DcmElement& element) {
    OFString value;
    return element.getOFStringArray(value).good() ? std::string(value.c_str(), value.size()) : std::string();
}

std::string text_of(DcmItem& item, const DcmTagKey& tag) {
    OFString value;
    return item.findAndGetOFStringArray(tag, value).good() ? std::string(value.c_str(), value.size())
                                                           : std::string();
}

bool is_date(DcmEVR vr) { return vr == EVR_DA || vr == EVR_DT; }

bool is_private(const DcmTag& tag) { return tag.getGroup() % 2 == 1; }

void empty(DcmElement& element) {
    if (element.ident() == EVR_SQ) {
        auto& sequence = static_cast<DcmSequenceOfItems&>(element);
        while (sequence.card() > 0) delete sequence.remove(0UL);
    } else {
        element.putString("");
        if (element.getLength() != 0) element.putUint8Array(nullptr, 0);
    }
}

std::vector<std::string> values_of(DcmElement& element) {
    std::vector<std::string> values{{}};
    for (const char c : text_of(element)) {
        if (c == '\\')
            values.emplace_back();
        else
            values.back() += c;
    }
    return values;
}

void put_values(DcmElement& element, const std::vector<std::string>& values) {
    std::string joined;
    for (std::size_t i = 0; i < values.size(); ++i) joined += (i > 0 ? "\\" : "") + values[i];
    element.putString(joined.c_str());
}

void add_method(DcmDataset& data, const char* value, const char* meaning) {
    DcmItem* item = nullptr;
    if (data.findOrCreateSequenceItem(DCM_DeidentificationMethodCodeSequence, item, -2).bad()) return;
    item->putAndInsertString(DCM_CodeValue, value);
    item->putAndInsertString(DCM_CodingSchemeDesignator, "DCM");
    item->putAndInsertString(DCM_CodeMeaning, meaning);
}

}  // namespace

std::string subject_of(DcmItem& data) {
    const std::string id = text_of(data, DCM_PatientID);
    if (!id.empty()) return "id " + id + " " + text_of(data, DCM_IssuerOfPatientID);
    const std::string name = text_of(data, DCM_PatientName), born = text_of(data, DCM_PatientBirthDate);
    if (!name.empty()) return "name " + name + " " + born;
    return "study " + text_of(data, DCM_StudyInstanceUID);
}

Cleaner::Cleaner(const DeidentifyKey& key, const DeidentifyOptions& options, const std::string& subject,
                 Deidentified& counts)
    : key_(key),
      options_(options),
      pseudonym_(pseudonym(key, subject)),
      shift_days_(days_to_shift(key, subject)),
      counts_(counts) {}

void Cleaner::clean(DcmDataset& data) {
    clean_items_of(data);
    data.putAndInsertString(DCM_PatientID, pseudonym_.c_str());
    data.putAndInsertString(DCM_PatientName, pseudonym_.c_str());
    declare(data);
}

void Cleaner::clean_items_of(DcmItem& item) {
    // Backwards, and private creators, which lie below what they reserve, after it.
    for (unsigned long i = item.card(); i-- > 0;) {
        DcmElement* element = item.getElement(i);
        if (element->getTag() == DCM_PixelData || stays(item, *element)) continue;
        delete item.remove(i);
        ++counts_.removed;
    }
}

bool Cleaner::stays(DcmItem& item, DcmElement& element) {
    const DcmTag& tag = element.getTag();
    if (is_private(tag)) return private_stays(item, element);
    // A report says everything in its content: who, and what was found.
    if (tag == DCM_ContentSequence || tag == DCM_GraphicAnnotationSequence) return false;
    const bool is_sequence = element.ident() == EVR_SQ;
    return carry_out(profile_action(tag.getGroup(), tag.getElement(), is_sequence, options_), element);
}

bool Cleaner::carry_out(Action action, DcmElement& element) {
    const DcmTag& tag = element.getTag();
    const bool is_sequence = element.ident() == EVR_SQ;
    switch (action) {
        case Action::kRemove: return false;
        case Action::kUnlisted: return unlisted_stays(element);
        case Action::kKeep:
            if (tag == DCM_PatientAge) shorten_age(element);
            return !is_sequence || unlisted_stays(element);
        case Action::kEmpty:
            empty(element);
            ++counts_.emptied;
            return true;
        case Action::kUid: replace_uids(element); return true;
        case Action::kItems: return unlisted_stays(element);
        case Action::kShift:
            if (element.ident() != EVR_TM && !shift(element)) return dummy_stays(element);
            return true;
        case Action::kWords: {
            const std::string words = harmless_words(text_of(element));
            if (words.empty())
                return carry_out(profile_action(tag.getGroup(), tag.getElement(), is_sequence, {}), element);
            element.putString(words.c_str());
            ++counts_.cleaned;
            return true;
        }
        case Action::kDummy: return dummy_stays(element);
    }
    return false;
}

bool Cleaner::private_stays(DcmItem& item, DcmElement& element) const {
    if (!options_.retain_safe_private || element.ident() == EVR_SQ) return false;
    const Uint16 group = element.getTag().getGroup(), number = element.getTag().getElement();
    if (number >= 0x0010 && number <= 0x00FF) {  // reserves a block
        const DcmTagKey first(group, static_cast<Uint16>(number << 8));
        for (unsigned long i = 0; i < item.card(); ++i) {
            const DcmTag& other = item.getElement(i)->getTag();
            if (other.getGroup() == group && (other.getElement() & 0xFF00) == first.getElement()) return true;
        }
        return false;
    }
    const std::string creator = text_of(item, DcmTagKey(group, static_cast<Uint16>(number >> 8)));
    return number > 0x00FF && is_safe_private(group, static_cast<Uint16>(number & 0xFF), creator);
}

bool Cleaner::unlisted_stays(DcmElement& element) {
    DcmTag tag = element.getTag();
    tag.lookupVRinDictionary();
    const std::string name = tag.getTagName();
    if (name == DcmTag_ERROR_TagName || element.ident() == EVR_UN) return false;
    if (element.ident() == EVR_SQ) {
        auto& sequence = static_cast<DcmSequenceOfItems&>(element);
        for (unsigned long i = 0; i < sequence.card(); ++i) clean_items_of(*sequence.getItem(i));
        return true;
    }
    if (element.ident() == EVR_UI) {
        replace_uids(element);
    } else if (is_date(element.ident())) {
        if (!options_.retain_modified_dates || !shift(element)) {
            empty(element);
            ++counts_.emptied;
        }
    } else if (element.ident() == EVR_PN) {
        empty(element);
        ++counts_.emptied;
    }
    return true;
}

bool Cleaner::dummy_stays(DcmElement& element) {
    ++counts_.replaced;
    switch (element.ident()) {
        case EVR_SQ: {
            auto& sequence = static_cast<DcmSequenceOfItems&>(element);
            for (unsigned long i = 0; i < sequence.card(); ++i) {
                DcmItem& item = *sequence.getItem(i);
                for (unsigned long e = item.card(); e-- > 0;) {
                    DcmElement& inner = *item.getElement(e);
                    if (is_private(inner.getTag()) || !dummy_stays(inner)) delete item.remove(e);
                }
            }
            return true;
        }
        case EVR_UI: replace_uids(element); return true;
        case EVR_AS: return element.putString("000Y").good();
        case EVR_DA: return element.putString(kDummyDate).good();
        case EVR_DT: return element.putString("19000101000000").good();
        case EVR_TM: return element.putString("000000").good();
        case EVR_DS:
        case EVR_IS: return element.putString("0").good();
        case EVR_UR: return element.putString("urn:anonymized").good();
        case EVR_AE:
        case EVR_CS:
        case EVR_LO:
        case EVR_LT:
        case EVR_PN:
        case EVR_SH:
        case EVR_ST:
        case EVR_UC:
        case EVR_UT: return element.putString(kDummyText).good();
        case EVR_OB: {
            const std::array<Uint8, 2> zeros{};
            return element.putUint8Array(zeros.data(), zeros.size()).good();
        }
        default: return false;
    }
}

void Cleaner::replace_uids(DcmElement& element) {
    std::vector<std::string> values = values_of(element);
    bool changed = false;
    for (std::string& uid : values) {
        while (!uid.empty() && (uid.back() == ' ' || uid.back() == '\0')) uid.pop_back();
        if (uid.empty() || is_standard_uid(uid)) continue;
        uid = replaced_uid(key_, uid);
        changed = true;
    }
    if (!changed) return;
    put_values(element, values);
    ++counts_.replaced;
}

bool Cleaner::shift(DcmElement& element) {
    std::vector<std::string> values = values_of(element);
    for (std::string& value : values) {
        if (value.empty()) continue;
        const auto moved = shifted_date(value, shift_days_);
        if (!moved) return false;
        value = *moved;
    }
    put_values(element, values);
    ++counts_.shifted;
    return true;
}

// The very old are few.
void Cleaner::shorten_age(DcmElement& element) {
    const std::string age = text_of(element);
    if (age.size() == 4 && age[3] == 'Y' && age > "089Y") element.putString("090Y");
}

void Cleaner::declare(DcmDataset& data) const {
    data.putAndInsertString(DCM_PatientIdentityRemoved, "YES");
    data.putAndInsertString(DCM_DeidentificationMethod,
                            "Huizhen, PS3.15 Basic Application Confidentiality Profile");
    delete data.remove(DCM_DeidentificationMethodCodeSequence);
    add_method(data, "113100", "Basic Application Confidentiality Profile");
    if (options_.clean_pixel_data) add_method(data, "113101", "Clean Pixel Data Option");
    if (options_.clean_descriptors) add_method(data, "113105", "Clean Descriptors Option");
    if (options_.retain_modified_dates)
        add_method(data, "113107", "Retain Longitudinal Temporal Information Modified Dates Option");
    if (options_.retain_patient_characteristics)
        add_method(data, "113108", "Retain Patient Characteristics Option");
    if (options_.retain_device_identity) add_method(data, "113109", "Retain Device Identity Option");
    if (options_.retain_safe_private) add_method(data, "113111", "Retain Safe Private Option");
    data.putAndInsertString(DCM_LongitudinalTemporalInformationModified,
                            options_.retain_modified_dates ? "MODIFIED" : "REMOVED");
    if (options_.clean_pixel_data && data.tagExists(DCM_PixelData))
        data.putAndInsertString(DCM_BurnedInAnnotation, "NO");
}

}  // namespace huizhen::imaging
