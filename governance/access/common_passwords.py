"""Long passwords that are guessed first: counting, keyboard rows, greetings, names, this program's name.

A small list of our own, in small letters. Whoever wants more has single sign-on with a provider that checks
against leaked passwords.
"""

from __future__ import annotations

__all__ = ["COMMON"]

_TEXT = """
0123456789 0987654321 1029384756 1111122222 1112223334 1122334455 1122334455667788 1212121212 1231231231
123123123123 123321123321 1234512345 1234554321 123456123456 12345654321 1234567890 12345678900
12345678901 1234567890a 1234567890q 1234567891 12345678910 123456789a 123456789abc 123456789q
123456abcdef 12345qwert 123abc123abc 123qweasdzxc 1472583690 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc
1qaz2wsx3edc4rfv 1qazxsw23edc 2222222222 3.14159265 3141592653 5201314520 520131452013 52013145201314
5201314521 5555555555 6666666666 7758521521 7894561230 8888888888 9876543210 987654321a 9999999999
a123456789 a1234567890 aa123456789 aaaaaaaaaa abc1234567 abc123456789 abcd123456 abcd1234567 abcde12345
abcdefghij abcdefghijk admin12345 admin123456 adminadmin administrator asd123456789 asdasdasdasd
asdf123456 asdfasdfasdf asdfghjkl1 asdfghjkl123 asdfghjkl; azertyuiop babygirl123 baseball123 basketball
changeme123 charlie123 chongqing123 computer123 dragon12345 football12 football123 gfhjkmgfhjkm
grid123456 gridgov123 guanliyuan guanliyuan123 hello12345 hello123456 iloveyou12 iloveyou123
iloveyou1314 iloveyou520 jennifer12 lantian123 letmein123 letmein1234 liverpool1 liverpool123
loveyou1314 manchester master12345 michael123 mima123456 monkey12345 mynameis123 nihao123456 nihaoma123
nihaonihao p@ssw0rd12 p@ssw0rd123 pass123456 passw0rd12 passw0rd123 passw0rd1234 password00 password01
password10 password11 password12 password123 password1234 password12345 password123456 password2020
password2023 password2024 password2025 password2026 password99 passwordpassword princess12 princess123
q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedc1 qazwsxedc123 qazwsxedcrfv qazxswedc123 qingdao123 qq123456789
qwe123456789 qweasdzxc1 qweasdzxc123 qweqweqwe123 qwer123456 qwer12345678 qwerqwerqwer qwert12345
qwert123456 qwerty1234 qwerty12345 qwerty123456 qwerty654321 qwertyqwerty qwertyuiop qwertyuiop1
qwertyuiop123 root123456 samsung123 secret12345 shanghai123 shijiazhuang spiderman1 starwars123
sunshine12 sunshine123 superman12 superman123 test123456 test1234567 testtest123 thankyou123
trustno1trustno1 wangge12345 wangge123456 welcome123 welcome1234 welcome12345 whatever123 woaini123456
woaini1314 woaini13145 woaini1314520 woaini5201314 woaiwojia1 woshishui123 xiaoming123 zaq12wsxcde3
zhang123456 zhongguo123 zxcvbnm,./ zxcvbnm123 zxcvbnm1234 zxcvbnmasdfghjkl zxcvbnmzxcvbnm zzzzzzzzzz
"""
COMMON = frozenset(_TEXT.split())
