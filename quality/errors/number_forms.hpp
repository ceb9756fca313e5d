#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "quality/errors/forms.hpp"

namespace quality {

// "1,234.50 kg", "$12": the number and what stands behind it, or the sign of a currency before it.
struct NumberForm {
    std::string_view number, unit;
    bool separators = false;      // of thousands
    bool decimals = false;        // has a fraction
    bool empty_decimals = false;  // of zeros only
};

// Nothing for a text that is no number with at most a unit.
std::optional<NumberForm> number_form(std::string_view text);

// Numbers with a unit, a fraction or separators that the others of the column do not have.
void find_number_forms(const Coded& column, std::vector<FormEvidence>& evidence);

}  // namespace quality
